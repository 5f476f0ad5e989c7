"""What a dump goes through on its way: forward and inverse side by side."""
