"""What two snapshots of a notebook say differently, computed by code: no model sees an output before this has read it."""
