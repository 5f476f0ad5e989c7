"""The host's vitals: each group of readings in a file of its own, `sampling` puts them together."""
