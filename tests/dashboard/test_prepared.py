"""Queries that are compiled once say what they would say if they were made anew."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.db.models import Exists, QuerySet
from django.db.models.functions import JSONObject

from monitoring.models import Annotation
from opsportal.lib.prepared import Prepared, attributes

pytestmark = pytest.mark.django_db


def between(start_ms: int, end_ms: int) -> QuerySet[Annotation, Any]:
    found = Annotation.objects.filter(time_ms__gte=start_ms, time_ms__lt=end_ms)
    return (
        found.annotate(any=Exists(Annotation.objects.filter(time_ms__gt=end_ms)))
        .annotate(both=JSONObject(text="text"))
        .order_by("time_ms")
        .values_list("time_ms", "tags", "any", "both")
    )


def note(time_ms: int) -> None:
    Annotation.objects.create(time_ms=time_ms, text=f"at {time_ms}", tags=["a"])


def test_a_database_that_fails_fails_each_time_and_recovers() -> None:
    query = Prepared(lambda: Annotation.objects.order_by().extra(where=["nothing"]).values_list())
    for _ in range(2):
        with pytest.raises(DatabaseError), transaction.atomic():
            query.rows()
    assert Prepared(between).rows(0, 1) == []


def test_a_value_that_could_not_be_put_in_later_is_refused() -> None:
    def limited(count: int) -> QuerySet[Annotation, Any]:
        return Annotation.objects.values_list("id")[:count]

    with pytest.raises(ValueError, match="not among its parameters"):
        Prepared(limited).rows(5)


def test_each_asks_the_database_for_its_own_values() -> None:
    query = Prepared(between)
    for time_ms in (10, 20, 30):
        note(time_ms)
    for start_ms, end_ms in ((0, 25), (15, 35), (40, 50)):
        assert query.rows(start_ms, end_ms) == list(between(start_ms, end_ms))


def test_what_was_written_meanwhile_is_seen() -> None:
    query = Prepared(between)
    assert query.rows(0, 100) == []
    note(10)
    assert [row[0] for row in query.rows(0, 100)] == [10]


def test_a_query_is_made_once(django_assert_num_queries: Any) -> None:
    made = []

    def make(start_ms: int, end_ms: int) -> QuerySet[Annotation, Any]:
        made.append(start_ms)
        return between(start_ms, end_ms)

    query = Prepared(make)
    with django_assert_num_queries(3):
        for start_ms in range(3):
            query.rows(start_ms, 10)
    assert len(made) == 1


def test_attributes_come_in_the_order_in_which_objects_are_made_of_them() -> None:
    names = attributes(Annotation, "text", "id")
    assert names == ("id", "text")
    made = Annotation.from_db("default", names, (7, "deployed"))
    assert (made.pk, made.text) == (7, "deployed")
