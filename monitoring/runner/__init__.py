"""Runs checks: leases those that are due, probes them at once, writes what was found."""
