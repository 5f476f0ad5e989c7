"""The JSON schema of the file, made from what reads it."""

from __future__ import annotations

from typing import Any, cast

from rest_framework import serializers as drf

from opsportal.configuration.document import VERSION
from opsportal.configuration.registry import SECTIONS

_TYPES: tuple[tuple[type[drf.Field[Any, Any, Any, Any]], str], ...] = (
    (drf.BooleanField, "boolean"),
    (drf.IntegerField, "integer"),
    (drf.FloatField, "number"),
    (drf.CharField, "string"),
    (drf.DateTimeField, "string"),
    (drf.SlugRelatedField, "string"),
    (drf.DictField, "object"),
)

# What a column can hold is the database's affair, and differs between them.
_UNLIMITED = {None} | {limit for bits in (15, 31, 63) for limit in (2**bits - 1, -(2**bits))}


def schema() -> dict[str, Any]:
    sections = {name: _section(section.serializer()) for name, section in SECTIONS.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of OpsPortal",
        "type": "object",
        "properties": {"version": {"const": VERSION}, **sections},
        "required": ["version"],
        "additionalProperties": False,
    }


def _section(serializer: drf.BaseSerializer[Any]) -> dict[str, Any]:
    item = _object(serializer)
    item["properties"].pop("name")
    item["required"].remove("name")
    return {"type": ["object", "null"], "additionalProperties": item}


def _object(serializer: drf.BaseSerializer[Any]) -> dict[str, Any]:
    fields = {n: f for n, f in serializer.fields.items() if not f.read_only}  # type: ignore[attr-defined]
    return {
        "type": "object",
        "properties": {name: _described(each) for name, each in fields.items()},
        "required": [name for name, each in fields.items() if each.required],
        "additionalProperties": False,
    }


def _described(field: Any) -> dict[str, Any]:
    described = _of(field)
    if field.help_text:
        described["description"] = str(field.help_text)
    return described


def _of(field: Any) -> dict[str, Any]:
    if isinstance(field, drf.ListSerializer):
        return {"type": "array", "items": _object(cast("drf.BaseSerializer[Any]", field.child))}
    if isinstance(field, drf.ManyRelatedField):
        return {"type": "array", "items": _of(field.child_relation)}
    if isinstance(field, drf.ListField):
        return {"type": "array", "items": _of(field.child)}
    if isinstance(field, drf.ChoiceField):
        return {"enum": [*field.choices, *([None] if field.allow_null else [])]}
    kind = next((word for cls, word in _TYPES if isinstance(field, cls)), None)
    if kind is None:
        return {}  # of a kind: its settings are told by the page of that kind
    limits = {"minLength": "min_length", "maxLength": "max_length"}
    limits |= {"minimum": "min_value", "maximum": "max_value"}
    found = {word: getattr(field, name, None) for word, name in limits.items()}
    return {
        "type": [kind, "null"] if field.allow_null else kind,
        **{word: value for word, value in found.items() if value not in _UNLIMITED},
    }
