"""Figures that can be measured again: each module has `main(argv) -> int`, prints a table, and names its peer."""
