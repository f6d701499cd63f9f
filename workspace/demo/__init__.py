"""The demo workspace: real figures, a dozen notebooks worth having, and earlier runs that really ran."""
