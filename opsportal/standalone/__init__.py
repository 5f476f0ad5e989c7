"""The stand-alone monitor: watches a portal, or any health endpoint, from another machine.

Without Django, database, Redis or Celery: it has to speak when those are what is broken.
"""
