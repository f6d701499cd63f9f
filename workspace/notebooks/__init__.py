"""Projects, notebooks and blocks: what may be in them, how they are read, and how they change."""
