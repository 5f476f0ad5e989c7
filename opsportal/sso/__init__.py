"""Logging in by OpenID Connect, with django-allauth. Off, and not imported, until it is configured:
`configuration` alone is read at every start."""
