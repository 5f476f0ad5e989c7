"""The API's page: every operation, every object, and examples that the API takes."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from monitoring.models import Check
from opsportal.models import Scope
from opsportal.openapi import EXAMPLES, examples
from opsportal.reference.kinds import kind_of
from opsportal.reference.operations import reference_of
from opsportal.tokens import make_token

SCHEMAS: dict[str, Any] = {
    "Kind": {"type": "string", "enum": ["tcp", "dns", ""]},
    "Thing": {"type": "object", "properties": {}},
}


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({}, "JSON"),
        ({"type": ["number", "null"], "format": "double"}, "number or null"),
        ({"type": "string", "format": "date-time"}, "time, ISO 8601"),
        ({"type": "array", "items": {"type": "string"}}, "list of text"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}, "list of Thing"),
        ({"$ref": "#/components/schemas/Kind"}, "tcp | dns"),
        ({"$ref": "#/components/schemas/PaginatedThingList"}, "page of Thing"),
        ({"$ref": "#/components/schemas/PatchedThing"}, "any fields of Thing"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "object of text"),
        ({"oneOf": [{"type": "string", "format": "uri"}, {"type": "string"}]}, "URL"),
    ],
)
def test_a_value_is_said_in_words(schema: dict[str, Any], words: str) -> None:
    assert kind_of(schema, SCHEMAS).text == words


@pytest.fixture
def writer(db: None) -> Client:
    return Client(headers={"Authorization": f"Bearer {make_token('page', Scope.WRITE)[1]}"})


@pytest.fixture
def schema(writer: Client) -> dict[str, Any]:
    found: dict[str, Any] = writer.get("/api/schema").json()
    return found


def test_every_operation_of_the_schema_is_on_the_page(
    writer: Client, schema: dict[str, Any]
) -> None:
    html = writer.get("/api/docs", headers={"Accept": "text/html"}).content.decode()
    keys = {each["operationId"] for path in schema["paths"].values() for each in path.values()}
    assert keys == set(re.findall(r'<details id="(\w+)"', html))


def test_every_link_of_the_page_leads_somewhere_and_no_name_stands_twice(writer: Client) -> None:
    html = writer.get("/api/docs").content.decode()
    names = re.findall(r'\bid="([^"]+)"', html)
    assert len(names) == len(set(names))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(names)


def test_whatever_is_sent_has_an_example(schema: dict[str, Any]) -> None:
    operations = [each for section in reference_of(schema).sections for each in section.operations]
    assert [each.key for each in operations if each.body and each.example == "{}"] == []


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("checks", "WholeCheck"),
        ("thresholds", "Threshold"),
        ("channels", "Channel"),
        ("plans", "Plan"),
        ("silences", "Silence"),
        ("annotations", "Annotation"),
    ],
)
def test_the_examples_are_taken_and_the_schema_knows_the_answer(
    writer: Client, schema: dict[str, Any], address: str, name: str
) -> None:
    added = writer.post(
        f"/api/v1/{address}",
        json.dumps(examples(datetime.now(UTC))[name]),
        content_type="application/json",
    )
    assert added.status_code == 201, added.json()
    assert "201" in schema["paths"][f"/api/v1/{address}"]["post"]["responses"]
    change = EXAMPLES.get(f"Patched{name.removeprefix('Patched')}")
    if change:
        changed = writer.patch(
            f"/api/v1/{address}/{added.json()['id']}", change, content_type="application/json"
        )
        assert changed.status_code == 200, changed.json()


def test_the_name_of_nobody_gets_onto_the_page(writer: Client) -> None:
    Check.objects.create(name="Secret name", slug="secret", kind="tcp", settings={"host": "a"})
    assert "Secret name" not in writer.get("/api/docs").content.decode()
