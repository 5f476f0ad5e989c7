"""Looks at every moving part, and says how to mend what is wrong."""
