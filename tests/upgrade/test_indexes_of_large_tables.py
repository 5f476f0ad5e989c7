"""An index of a large table is made while others write, and made anew after an interruption."""

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from alerts.models import Alert
from opsportal.lib.indexes import AddIndexMeanwhile

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "alerts_of_severity"


def there() -> bool:
    with connection.cursor() as cursor:
        return NAME in connection.introspection.get_constraints(cursor, Alert._meta.db_table)


def test_what_an_interrupted_migration_left_is_made_anew() -> None:
    loader = MigrationLoader(connection)
    migration = loader.get_migration("alerts", "0008_newest_of_few")
    assert not migration.atomic
    operation = next(
        each
        for each in migration.operations
        if isinstance(each, AddIndexMeanwhile) and each.index.name == NAME
    )
    after = loader.project_state(("alerts", "0008_newest_of_few"))
    assert there()
    with connection.schema_editor(atomic=False, collect_sql=False) as editor:
        operation.database_forwards("alerts", editor, after, after)
    assert there()
    with connection.schema_editor(atomic=False) as editor:
        operation.database_backwards("alerts", editor, after, after)
    assert not there()
    with connection.schema_editor(atomic=False) as editor:
        operation.database_forwards("alerts", editor, after, after)
    assert there()


def test_writers_are_not_kept_out() -> None:
    loader = MigrationLoader(connection)
    state = loader.project_state(("alerts", "0008_newest_of_few"))
    operation = loader.get_migration("alerts", "0008_newest_of_few").operations[1]
    with connection.schema_editor(atomic=False, collect_sql=True) as editor:
        operation.database_forwards("alerts", editor, state, state)
    assert editor.collected_sql
    # SQLite has one writer at a time, whatever it does.
    on_postgresql = connection.vendor == "postgresql"
    assert all(("CONCURRENTLY" in each) == on_postgresql for each in editor.collected_sql)
