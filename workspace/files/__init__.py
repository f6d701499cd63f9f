"""Projects as files: `.deepnote` (notebooks and snapshots) and `.ipynb`, in and out without loss."""
