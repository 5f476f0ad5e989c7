"""Known words of a column stand in its queries; nothing else does."""

from typing import Any

import pytest
from django.db import connection

from alerts.models import Alert, AlertState

pytestmark = pytest.mark.django_db


def compiled(**which: object) -> tuple[str, tuple[Any, ...]]:
    sql, parameters = Alert.objects.filter(**which).query.sql_with_params()
    return sql, tuple(parameters)


@pytest.mark.parametrize("text", ["x' OR '1'='1", "100 %s", "", "Firing"])
def test_what_is_no_known_word_stays_a_parameter(text: str) -> None:
    sql, parameters = compiled(state=text)
    assert parameters == (text,)
    assert Alert.objects.filter(state=text).count() == 0
    assert compiled(state__in=["firing", text])[1] == ("firing", text)
    assert Alert.objects.filter(state__in=["firing", text]).count() == 0
    assert "= %s" in sql


def test_known_words_are_said() -> None:
    sql, parameters = compiled(state=AlertState.FIRING)
    assert "= 'firing'" in sql
    assert parameters == ()
    sql, parameters = compiled(state__in=(AlertState.PENDING, "firing"))
    assert "IN ('pending', 'firing')" in sql
    assert parameters == ()


def test_migrations_know_a_plain_column() -> None:
    field = Alert._meta.get_field("state")
    assert field.deconstruct()[1] == "django.db.models.CharField"
    assert field.db_type(connection) == "varchar(10)"
