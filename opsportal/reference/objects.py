"""The objects that the API takes and gives, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from opsportal.reference.kinds import Kind, Schema, Schemas, kind_of

# Beyond it a limit is that of the column, which nobody wants to read.
_MOST_TOLD = 2**31


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    kind: Kind
    told: str
    when_sent: str  # empty in objects that are only answered


@dataclass(frozen=True, slots=True)
class Described:
    name: str
    told: str
    is_sent: bool
    fields: tuple[Field, ...]


def describe(schemas: Schemas, sent: frozenset[str]) -> tuple[Described, ...]:
    """Lists of values, pages and "some fields of" are told where they stand, not as objects."""
    return tuple(
        Described(
            name,
            schema.get("description", "").replace("`", ""),
            name in sent,
            _fields(name, schemas, sent),
        )
        for name, schema in sorted(schemas.items())
        if "properties" in schema and not name.startswith(("Paginated", "Patched"))
    )


def _fields(name: str, schemas: Schemas, sent: frozenset[str]) -> tuple[Field, ...]:
    schema = schemas[name]
    required = schema.get("required", ())
    return tuple(
        Field(
            key,
            kind_of(value, schemas),
            "; ".join(_told(value)),
            _when_sent(value, key in required) if name in sent else "",
        )
        for key, value in schema["properties"].items()
    )


def _when_sent(value: Schema, is_required: bool) -> str:
    if value.get("readOnly"):
        return "only read"
    return "required" if is_required else ""


def _told(value: Schema) -> Iterator[str]:
    # The schema repeats the values of a choice below its description.
    if text := value.get("description", "").partition("\n\n*")[0].strip():
        yield text
    least, most = value.get("minimum"), value.get("maximum")
    if most is not None and most < _MOST_TOLD:
        yield f"{least if least is not None else 'at most'} {'to ' * (least is not None)}{most}"
    elif least is not None and least > 0:
        yield f"at least {least}"
    if longest := value.get("maxLength"):
        yield f"at most {longest} characters"
