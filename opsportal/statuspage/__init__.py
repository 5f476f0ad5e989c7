"""The public status page: what everybody may know of how the system is."""
