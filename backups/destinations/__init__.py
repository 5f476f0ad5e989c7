"""Where backups are kept: one file per kind."""
