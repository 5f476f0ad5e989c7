"""Puts a document into force, all of it or nothing, and says what that changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Model

from opsportal.configuration.base import Section
from opsportal.configuration.document import Document, Items
from opsportal.configuration.errors import ConfigurationError
from opsportal.configuration.registry import SECTIONS
from opsportal.lib.crypto import UnreadableSecretError
from opsportal.lib.kinds import SettingsError
from opsportal.models import ManagedObject

ADDED, CHANGED, REMOVED = "+", "~", "-"


@dataclass(frozen=True, slots=True)
class Change:
    """`details`: what is changed, a line each, without secrets."""

    sign: str
    section: str
    name: str
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"{self.sign} {self.section}.{self.name}", *self.details]
        return "\n      ".join(lines)


def apply(document: Document, file: str, *, dry_run: bool = False) -> list[Change]:
    """`file` is whose objects they are from then on. Raises ConfigurationError, and then nothing
    has changed. A dry run does it all and takes it back: it cannot promise what would fail."""
    with transaction.atomic():
        problems: list[str] = []
        changes: list[Change] = []
        for name, section in SECTIONS.items():
            if name in document:
                changes += _in_section(section, document[name], file, problems)
        if problems:
            raise ConfigurationError(problems)
        transaction.set_rollback(dry_run)
    return changes


def _in_section(section: Section, items: Items, file: str, problems: list[str]) -> Iterator[Change]:
    managed = {each.name: each for each in ManagedObject.objects.filter(section=section.name)}
    rows = section.rows
    for name in section.in_order(items):
        try:
            _refuse_another_file(section, managed.get(name), file)
            change = _saved(section, name, items[name], rows.get(name))
        except ConfigurationError as error:
            problems += error.problems
            continue
        ManagedObject.objects.update_or_create(
            section=section.name, name=name, defaults={"file": file}
        )
        if change:
            yield change
    for name, each in managed.items():
        if name not in items and each.file == file:
            each.delete()
            if name in rows:
                rows[name].delete()
                yield Change(REMOVED, section.name, name)


def _refuse_another_file(section: Section, managed: ManagedObject | None, file: str) -> None:
    if managed is not None and managed.file != file:
        where = f"{section.name}.{managed.name}"
        raise ConfigurationError([f"{where}: is managed by {managed.file}; remove it there first"])


def _saved(
    section: Section, name: str, given: Mapping[str, Any], row: Model | None
) -> Change | None:
    """What is as it should be already is not written: an edit starts a check anew."""
    before, secrets = _seen(section, row)
    with transaction.atomic():
        _save(section, name, given, row)
        after, secrets_after = _seen(section, section.rows[name])
        details = tuple(_differences(before, after))
        if row is None:
            return Change(ADDED, section.name, name)
        if secrets != secrets_after:
            details += ("a secret",)
        transaction.set_rollback(not details)
    return Change(CHANGED, section.name, name, details) if details else None


def _save(section: Section, name: str, given: Mapping[str, Any], row: Model | None) -> None:
    try:
        section.save(name, _copied(given), row)
    except (SettingsError, UnreadableSecretError) as error:
        raise ConfigurationError([f"{section.name}.{name}: {error}"]) from None


def _seen(section: Section, row: Model | None) -> tuple[dict[str, Any], list[Mapping[str, Any]]]:
    if row is None:
        return {}, []
    try:
        return section.shown(row), section.secrets(row)
    except UnreadableSecretError:
        return {}, []


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _copied(each) for name, each in value.items()}
    return [_copied(each) for each in value] if isinstance(value, list) else value


def _differences(before: Any, after: Any, path: str = "") -> Iterator[str]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted({*before, *after}):
            inner = f"{path}.{name}" if path else name
            yield from _differences(before.get(name), after.get(name), inner)
        return
    yield f"{path}: {_words(before)} → {_words(after)}"


def _words(value: Any) -> str:
    return "as by default" if value is None else str(value)
