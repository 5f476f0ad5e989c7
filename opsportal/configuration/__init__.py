"""Configuration as code: what people set in the admin, as a YAML file, and back."""
