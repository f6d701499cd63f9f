"""Is it still right? Record real sessions, replay them without a key or a network, score path and end state."""
