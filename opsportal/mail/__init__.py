"""Mail to people whom no channel tells: subscribers, readers of reports. Rows first, then sent."""
