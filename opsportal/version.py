"""The one place that holds the portal's version; CHANGELOG.md explains each."""

VERSION = "0.1.0"
