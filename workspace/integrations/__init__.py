"""Connections to data: their credentials, their tables, and what a kernel needs to reach them."""
