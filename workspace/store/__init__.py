"""The tables, the engine under them, and the migrations that bring a database up to date when it is opened."""
