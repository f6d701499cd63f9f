"""The workspace as an HTTP and a stdio server."""
