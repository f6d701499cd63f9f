"""What the graphs are measured against: agents that choose their own steps, as good as we can make them."""
