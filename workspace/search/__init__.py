"""Full-text search over projects, notebooks, blocks and integrations."""
