"""What the log looks like: text or JSON, each line with its request, none with a secret."""
