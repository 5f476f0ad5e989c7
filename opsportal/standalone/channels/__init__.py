"""How the monitor itself tells people: one file per kind."""
