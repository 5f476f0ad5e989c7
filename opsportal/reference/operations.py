"""The schema as what the page shows: operations by subject, then the objects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from opsportal.reference.kinds import Kind, Schema, Schemas, kind_of
from opsportal.reference.objects import Described, describe

_VERBS = {"put": "Replace", "patch": "Change", "delete": "Delete"}


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    kind: Kind
    told: str


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Operation:
    key: str
    method: str
    path: str
    verb: str
    told: str
    parameters: tuple[Parameter, ...]
    body: Kind | None
    example: str
    answers: tuple[Answer, ...]

    @property
    def can_be_opened(self) -> bool:
        return self.method == "GET" and "{" not in self.path

    @property
    def example_path(self) -> str:
        return self.path.replace("{id}", "1").replace("{action}", self.first_action)

    @property
    def first_action(self) -> str:
        actions = (each.kind.text for each in self.parameters if each.name == "action")
        return next(actions, "").partition(" | ")[0]


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    sections: tuple[Section, ...]
    objects: tuple[Described, ...]


def reference_of(schema: Schema) -> Reference:
    schemas: Schemas = schema["components"]["schemas"]
    by_name: dict[str, list[Operation]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            made = _operation(path, method, operation, schemas)
            by_name.setdefault(operation["tags"][0], []).append(made)
    sections = tuple(Section(name, tuple(each)) for name, each in by_name.items())
    return Reference(sections, describe(schemas, _sent(sections, schemas)))


def _operation(path: str, method: str, schema: Schema, schemas: Schemas) -> Operation:
    body = next(iter(schema.get("requestBody", {}).get("content", {}).values()), None)
    return Operation(
        key=schema["operationId"],
        method=method.upper(),
        path=path,
        verb=_verb(path, method),
        told=" ".join(schema.get("description", "").replace("`", "").split()),
        parameters=tuple(_parameter(each, schemas) for each in schema.get("parameters", ())),
        body=kind_of(body["schema"], schemas) if body else None,
        example=_example(body, schemas) if body else "",
        answers=tuple(_answers(schema["responses"], schemas)),
    )


def _verb(path: str, method: str) -> str:
    """What methods of one address have to be told apart by; actions are named by their address."""
    is_collection = path.startswith("/api/v1/") and path.count("/") == 3
    if method == "post":
        return "Add" if is_collection else ""
    if method == "get":
        return "List" if is_collection else ""
    return _VERBS.get(method, "")


def _parameter(schema: Schema, schemas: Schemas) -> Parameter:
    value = schema["schema"]
    if (choice := value.get("pattern", "")) and "|" in choice:
        kind = Kind(" | ".join(choice.strip("^$()").split("|")))
    elif schema["in"] == "path":
        kind = Kind("whole number")
    else:
        kind = kind_of(value, schemas)
    return Parameter(schema["name"], kind, schema.get("description", ""))


def _answers(responses: Schema, schemas: Schemas) -> Iterator[Answer]:
    for status, response in sorted(responses.items()):
        content = next(iter(response.get("content", {}).values()), None)
        kind = kind_of(content["schema"], schemas) if content else Kind("nothing")
        yield Answer(f"{status} {HTTPStatus(int(status)).phrase}", kind)


def _example(body: Any, schemas: Schemas) -> str:
    name = body["schema"]["$ref"].rpartition("/")[2]
    return json.dumps(next(iter(schemas[name].get("examples", ())), {}), ensure_ascii=False)


def _sent(sections: tuple[Section, ...], schemas: Schemas) -> frozenset[str]:
    bodies = {
        operation.body.named
        for section in sections
        for operation in section.operations
        if operation.body
    }
    within = {
        kind_of(value, schemas).named
        for name in bodies
        for value in schemas[name]["properties"].values()
    }
    return frozenset(bodies | within)
