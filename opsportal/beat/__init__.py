"""Celery beat: which of several sends, on what schedule, and where it runs."""
