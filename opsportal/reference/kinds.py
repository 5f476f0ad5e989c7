"""What a value of the API is, in words: "number or null", "list of Point"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

Schema = Mapping[str, Any]
Schemas = Mapping[str, Schema]

_COMPONENT = "#/components/schemas/"
_PAGE = re.compile(r"^Paginated(\w+)List$")
_BY_FORMAT = {"date-time": "time, ISO 8601", "uri": "URL", "binary": "file"}
_BY_TYPE = {"boolean": "true or false", "string": "text", "integer": "whole number"}


@dataclass(frozen=True, slots=True)
class Kind:
    """`named` is an object that the page describes; the words stand around it."""

    before: str = ""
    named: str = ""
    after: str = ""

    @property
    def text(self) -> str:
        return f"{self.before}{self.named}{self.after}"


def kind_of(schema: Schema, schemas: Schemas) -> Kind:
    if reference := schema.get("$ref"):
        return _of_component(reference.removeprefix(_COMPONENT), schemas)
    for combined in ("allOf", "oneOf", "anyOf"):
        # Django's optional fields are "this, or the empty text": the first says what is meant.
        if combined in schema:
            return kind_of(schema[combined][0], schemas)
    if "enum" in schema:
        return Kind(" | ".join(str(each) for each in schema["enum"] if each not in ("", None)))
    return _of_type(schema, schemas)


def _of_component(name: str, schemas: Schemas) -> Kind:
    if page := _PAGE.match(name):
        return Kind("page of ", page[1])
    if name.startswith("Patched"):
        return Kind("any fields of ", name.removeprefix("Patched"))
    component = schemas[name]
    return kind_of(component, schemas) if "enum" in component else Kind(named=name)


def _of_type(schema: Schema, schemas: Schemas) -> Kind:
    given = schema.get("type", "")
    kinds = [given] if isinstance(given, str) else [each for each in given if each != "null"]
    after = " or null" if "null" in given and given != "null" else ""
    if kinds == ["array"]:
        found = kind_of(schema["items"], schemas)
        return replace(found, before=f"list of {found.before}", after=found.after + after)
    if kinds == ["object"]:
        return Kind(_object(schema, schemas), after=after)
    plain = _BY_FORMAT.get(schema.get("format", ""))
    return Kind(
        plain or " or ".join(_BY_TYPE.get(each, each) for each in kinds) or "JSON", "", after
    )


def _object(schema: Schema, schemas: Schemas) -> str:
    values = schema.get("additionalProperties")
    if not isinstance(values, Mapping) or not values:
        return "object"
    return f"object of {kind_of(values, schemas).text}"
