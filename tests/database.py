"""The tests' own database, for processes that a test starts."""

import os

from django.db import connection


def url_of_test_database() -> str:
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    before, query = os.environ["DATABASE_URL"].split("?")
    return f"{before.rpartition('/')[0]}/{settings['NAME']}?{query}"
