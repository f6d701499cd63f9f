"""What an analysis is made of: tables seen as time, categories and measures, and the blocks that each part expands to."""
