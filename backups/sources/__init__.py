"""What is backed up: one file per kind, dump and restore side by side."""
