"""The OpenAPI schema tells the truth: generated requests find neither a 500 nor a wrong shape."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from pytest_django import Settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import response_schema_conformance

from opsportal.health.look import shared_look
from opsportal.models import Scope
from opsportal.tokens import make_token

pytestmark = pytest.mark.django_db
# Of each operation. In CI, where every part is required, as many as it takes to find rare ones.
EXAMPLES = 30 if os.environ.get("OPSPORTAL_TEST_REQUIRE") == "all" else 10


@pytest.fixture
def headers(db: None) -> dict[str, str]:
    _, secret = make_token("schema", Scope.WRITE)
    return {"Authorization": f"Bearer {secret}"}


@pytest.mark.parametrize("address", ["/api/schema", "/api/docs"])
def test_a_stranger_reads_neither_schema_nor_page(address: str) -> None:
    response = Client().get(address, HTTP_ACCEPT="text/html,*/*")
    assert response.status_code == 401
    assert response.json()["detail"]


def test_the_schema_is_openapi_3_1_with_one_form_of_each_address(reader: Client) -> None:
    schema = reader.get("/api/schema").json()
    assert schema["openapi"].startswith("3.1")
    assert {"/api/health", "/api/v1/series", "/api/v1/points"} <= set(schema["paths"])
    assert not [path for path in schema["paths"] if path.endswith("/") or "?" in path]
    assert schema["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_the_page_needs_nothing_that_the_policy_refuses(reader: Client) -> None:
    response = reader.get("/api/docs")
    html = response.content.decode()
    assert response.status_code == 200
    assert "unsafe" not in response["Content-Security-Policy"]
    elsewhere = r"(?:src|href|action)=\"https?://"
    assert not re.search(rf"<style|style=|<script(?![^>]*src=)|\son\w+=|{elsewhere}", html)


@pytest.fixture
def application() -> Iterator[WSGIHandler]:
    """On the test's own connection, which a request by itself would close."""
    for each in (request_started, request_finished):
        each.disconnect(close_old_connections)
    yield WSGIHandler()
    for each in (request_started, request_finished):
        each.connect(close_old_connections)


@pytest.fixture
def _broker(settings: Settings, broker_socket: Path) -> None:
    settings.REDIS_URL = f"unix://{broker_socket}"


@pytest.mark.takes_long
@pytest.mark.usefixtures("_broker")
def test_no_operation_breaks_or_lies(application: WSGIHandler, headers: dict[str, str]) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/schema", application, headers=headers)
    results = list(schema.get_all_operations())
    assert len(results) >= 7
    for result in results:
        assert isinstance(result, Ok), result
        operation = result.ok()

        @examples(
            max_examples=EXAMPLES,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            shared_look.forget()
            case.call_and_validate(
                headers=headers, checks=[not_a_server_error, response_schema_conformance]
            )

        ask()
