"""The migrations, packaged with the program and applied whenever a workspace is opened."""
