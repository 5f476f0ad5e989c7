"""Readiness: each part is looked at within bounds, and a failed one is named without a secret."""

import threading
import time

import pytest
from django.db import OperationalError
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from pytest_django import Settings

from opsportal.health import look, parts
from opsportal.health.bounded import Bounded

SECRET = "hunter2"


@pytest.mark.django_db
def test_a_broker_that_is_away_is_named(settings: Settings) -> None:
    settings.REDIS_URL = f"redis://:{SECRET}@127.0.0.1:1/0"
    response = Client().get("/api/health/readiness")
    assert response.status_code == 503
    assert response.json() == {
        "status": "not ready",
        "checks": {"database": "ok", "migrations": "ok", "broker": "unreachable"},
    }


@pytest.mark.django_db
def test_the_log_says_what_is_broken_and_not_each_probe_that_was_told(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    for _ in range(3):
        assert Client().get("/api/health/readiness").status_code == 503
    said = [record.name for record in caplog.records]
    assert said == ["opsportal.health.look"]


@pytest.mark.django_db
@pytest.mark.usefixtures("broker")
def test_a_broken_database_is_told_without_its_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError(f"password {SECRET} refused by db.internal")

    monkeypatch.setitem(look._PARTS, "database", Bounded("test", refuse))
    response = Client().get("/api/health/readiness")
    assert response.status_code == 503
    assert response.json()["checks"]["database"] == "unreachable"
    assert SECRET not in response.content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("broker")
def test_a_part_that_hangs_is_given_up_and_not_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    released, looks = threading.Event(), []

    def hang() -> None:
        looks.append(1)
        released.wait(30)

    monkeypatch.setattr(parts, "TIMEOUT_SECONDS", 0.2)
    monkeypatch.setitem(look._PARTS, "broker", Bounded("test", hang))
    started = time.monotonic()
    first, second = look.take_look(), look.take_look()
    took_seconds = time.monotonic() - started
    released.set()
    assert first.checks["broker"] == second.checks["broker"]
    assert first.checks["broker"].startswith("no answer within")
    assert took_seconds < 2
    assert len(looks) == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("broker")
def test_missing_migrations_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *_: ["one"])
    response = Client().get("/api/health/readiness")
    assert response.status_code == 503
    assert response.json()["checks"]["migrations"] == "migrations are missing"


@pytest.mark.django_db
@pytest.mark.usefixtures("broker")
@pytest.mark.parametrize("address", ["/api/health/readiness", "/api/health/readiness/"])
def test_a_whole_portal_is_ready(address: str) -> None:
    response = Client().get(address)
    assert (response.status_code, response.json()) == (
        200,
        {"status": "ready", "checks": {"database": "ok", "migrations": "ok", "broker": "ok"}},
    )
    assert response["Cache-Control"] == "no-store"
