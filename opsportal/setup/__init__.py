"""Set-up: steps that each say what they did, and do nothing the second time."""
