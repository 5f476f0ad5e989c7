"""What `setup --interactive` asks for: one file for each thing, tested live before it is kept."""
