"""The 19 tools, one file a subject, each a thin function over the workspace."""
