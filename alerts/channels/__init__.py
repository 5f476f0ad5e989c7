"""Where people hear: a kind is one file here, one line of `registry.py`, one test, one doc line."""
