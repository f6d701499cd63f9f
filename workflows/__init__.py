"""In which order? Five state machines over the tools of a notebook workspace, and the command line that runs them."""
