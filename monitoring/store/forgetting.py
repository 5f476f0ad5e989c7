"""Deletes series whose subject is gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import connection, transaction

from monitoring.models import Series
from monitoring.store.dialect import lock_writers
from monitoring.store.identity import series_key


def forget(wanted: Iterable[tuple[str, Mapping[str, str]]]) -> None:
    """Just these metrics and labels, with all their points; those that do not exist are left out.
    Recorded again, they begin anew."""
    keys = [series_key(metric, tuple(labels.items())) for metric, labels in wanted]
    with transaction.atomic(), connection.cursor() as cursor:
        lock_writers(cursor)
        Series.objects.filter(key__in=keys).delete()
