"""Heartbeats: jobs ping the portal, which says when a ping is late. docs/heartbeats.md."""
