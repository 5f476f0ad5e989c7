"""The leaf of the house: imports no project code."""
