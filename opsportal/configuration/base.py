"""A section of the configuration file: rows of one model, by name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db.models import Model
from rest_framework import serializers

from opsportal.configuration.errors import ConfigurationError, told
from opsportal.configuration.references import WrongReferenceError, proposed, resolved


@dataclass(frozen=True, slots=True)
class Part:
    """Settings of a kind within an item, where secrets may be; `settings` is changed in place."""

    where: str
    settings: dict[str, Any]
    secrets: frozenset[str]
    stored: Mapping[str, Any] = field(default_factory=dict, repr=False)


class Section(ABC):
    name: ClassVar[str]
    # Has the fields of an item and `name`; saves through the room's own editing module.
    serializer: ClassVar[type[serializers.ModelSerializer[Any]]]

    @property
    def model(self) -> type[Model]:
        model: type[Model] = self.serializer.Meta.model
        return model

    @property
    @abstractmethod
    def rows(self) -> dict[str, Model]:
        """By the name of the item."""

    @abstractmethod
    def parts(self, item: dict[str, Any], row: Model | None) -> Iterable[Part]:
        """Where the item has secrets; `row` is what is stored of it. Raises SettingsError."""

    def defaults(self) -> dict[str, Any]:
        """What a field is that the file does not name."""
        columns = {each.name: each for each in self.model._meta.get_fields()}
        names = [name for name in _writable(self.serializer) if _is_optional(columns.get(name))]
        return {name: _usual(columns[name]) for name in names}

    def in_order(self, items: Mapping[str, dict[str, Any]]) -> Sequence[str]:
        """Names, such that what others need comes first."""
        return list(items)

    def shown(self, row: Model) -> dict[str, Any]:
        """As in the file: what is as by default left out, references in place of secrets."""
        item = self._full(row)
        for part in self.parts(item, row):
            for name in sorted(part.secrets & set(part.stored)):
                path = (self.name, str(item["name"]), name)
                part.settings[name] = proposed(part.stored[name], *path)
        usual = self.defaults()
        return {
            name: value
            for name, value in item.items()
            if name != "name" and not (name in usual and value == usual[name])
        }

    def secrets(self, row: Model) -> list[Mapping[str, Any]]:
        """To see whether they change. Never shown."""
        return [part.stored for part in self.parts(self._full(row), row)]

    def save(self, name: str, given: Mapping[str, Any], row: Model | None) -> None:
        """Raises ConfigurationError."""
        where = f"{self.name}.{name}"
        item = {**self.defaults(), **given, "name": name}
        problems = list(self._resolve(where, item, row))
        if problems:
            raise ConfigurationError(problems)
        serializer = self.serializer(row, data=item, context={"file": True})
        try:
            serializer.is_valid(raise_exception=True)
            serializer.save()
        except serializers.ValidationError as error:
            raise ConfigurationError(told(where, error.detail)) from None

    def _resolve(self, where: str, item: dict[str, Any], row: Model | None) -> Iterator[str]:
        for part in self.parts(item, row):
            for name in sorted(part.secrets & set(part.settings)):
                try:
                    part.settings[name] = resolved(part.settings[name], part.stored.get(name))
                except WrongReferenceError as error:
                    yield f"{where}.{part.where}.{name}: {error}"

    def _full(self, row: Model) -> dict[str, Any]:
        shown = self.serializer(row).data
        return {name: _plain(shown[name]) for name in ("name", *_writable(self.serializer))}


def _writable(serializer: type[serializers.ModelSerializer[Any]]) -> dict[str, Any]:
    fields = serializer().fields
    return {name: each for name, each in fields.items() if not each.read_only and name != "name"}


def _is_optional(column: Any) -> bool:
    if column is None or not hasattr(column, "get_default"):
        return False
    return bool(column.many_to_many or column.has_default() or column.null or column.blank)


def _usual(column: Any) -> Any:
    return [] if column.many_to_many else column.get_default()


def _plain(value: Any) -> Any:
    """Without the subclasses of dict and list that YAML cannot write."""
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, str) else value
