"""The folder that goes on a kernel's import path; nothing else of this project is visible to a notebook."""
