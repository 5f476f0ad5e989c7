"""Series from before labels had a table of their own."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection

from monitoring import store
from monitoring.models import Series

pytestmark = pytest.mark.django_db(transaction=True)
migration = import_module("monitoring.migrations.0006_series_labels")


def test_they_are_found_after_the_migration() -> None:
    for host in ("a", "b"):
        Series.objects.create(metric="load1", labels={"host": host, "zone": "ü"}, key=host)
    selector = store.Selector("load1", {"host": "b", "zone": "ü"})
    assert store.latest(selector) == []
    with connection.schema_editor() as editor:
        migration.of_those_there(None, editor)
    assert [each.series.labels["host"] for each in store.latest(selector)] == ["b"]
