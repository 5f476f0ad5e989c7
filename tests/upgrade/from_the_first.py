"""`python -m tests.upgrade.from_the_first`, on a database that is empty: makes the tables of each
app's first migration, puts a row into each of them, migrates to the newest, and prints in JSON what
has become of the rows. In a process of its own: the database of the tests is migrated already."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import Any

import django

OURS = ("opsportal", "monitoring", "alerts", "backups")


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "opsportal.settings"
    django.setup()
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    first = [node for node in executor.loader.graph.root_nodes() if node[0] in _labels()]
    executor.migrate(first)
    state = executor.loader.project_state(first, at_end=True)
    rows = Rows(state.apps)
    for model in [each for each in state.apps.get_models() if each._meta.app_label in _labels()]:
        rows.of(model)
    before = {label: (row.pk, rows.read(row)) for label, row in rows.made.items()}
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    compared = [_compared(label, *row) for label, row in before.items()]
    print(json.dumps(compared, default=str))  # noqa: T201


def _labels() -> set[str]:
    from django.apps import apps

    return {each.label for each in apps.get_app_configs() if each.name.startswith(OURS)}


class Rows:
    """One of each model, with something in each field that has to be given."""

    def __init__(self, apps: Any) -> None:
        self._apps, self.made = apps, dict[str, Any]()

    def of(self, model: Any) -> Any:
        label = model._meta.label
        if label not in self.made:
            values = {
                each.name: self._value(each)
                for each in model._meta.concrete_fields
                if self._has_to_be_given(each)
            }
            rows = model._default_manager
            # Some come with their table.
            self.made[label] = rows.first() or rows.create(**values)
        return self.made[label]

    def read(self, row: Any) -> dict[str, Any]:
        row.refresh_from_db()
        return {each.attname: getattr(row, each.attname) for each in row._meta.concrete_fields}

    def _has_to_be_given(self, field: Any) -> bool:
        is_made = field.get_internal_type().endswith("AutoField") or field.has_default()
        return not (is_made or field.null or getattr(field, "auto_now", False))

    def _value(self, field: Any) -> Any:
        if field.is_relation:
            return self.of(self._apps.get_model(field.related_model._meta.label))
        if field.choices:
            return field.choices[0][0]
        return _VALUES[field.get_internal_type()](field)


_VALUES: dict[str, Any] = {
    **dict.fromkeys(("CharField", "TextField", "SlugField"), lambda field: "kept"),
    # What ends does so after it has begun.
    **dict.fromkeys(("IntegerField", "BigIntegerField"), lambda field: 8 - ("start" in field.name)),
    **dict.fromkeys(("PositiveIntegerField", "PositiveSmallIntegerField"), lambda field: 7),
    **dict.fromkeys(("SmallIntegerField", "PositiveBigIntegerField"), lambda field: 7),
    "FloatField": lambda field: 7.5,
    "BooleanField": lambda field: True,
    "BinaryField": lambda field: b"kept",
    "JSONField": lambda field: {"kept": 1},
    "DateTimeField": lambda field: datetime(2026, 1, 3 if "end" in field.name else 2, tzinfo=UTC),
    "DateField": lambda field: datetime(2026, 1, 2, tzinfo=UTC).date(),
    "UUIDField": lambda field: "12345678-1234-5678-1234-567812345678",
    "EmailField": lambda field: "kept@example.com",
    "URLField": lambda field: "https://example.com/",
    "GenericIPAddressField": lambda field: "192.0.2.1",
}


def _compared(label: str, key: Any, was: dict[str, Any]) -> dict[str, Any]:
    from django.apps import apps

    try:
        model = apps.get_model(label)
    except LookupError:
        return {"model": label, "is_there": False, "changed": {}}
    row = model._default_manager.filter(pk=key).first()
    if row is None:
        return {"model": label, "is_there": False, "changed": {}}
    now = {name: getattr(row, name) for name in was if hasattr(row, name)}
    changed = {
        name: [was[name], now[name]] for name in now if _plain(now[name]) != _plain(was[name])
    }
    return {"model": label, "is_there": True, "changed": changed}


def _plain(value: Any) -> str:
    return str(bytes(value) if isinstance(value, memoryview) else value)


if __name__ == "__main__":
    main()
