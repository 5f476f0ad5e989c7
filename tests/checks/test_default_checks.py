"""Set-up makes the default checks once; credentials may come later."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from monitoring.editing import full_settings, save_check, set_enabled
from monitoring.models import Check
from opsportal.env import Environment
from opsportal.setup.checks import make_checks
from opsportal.setup.step import Outcome

pytestmark = pytest.mark.django_db
TRADIER = {"TRADIER_TOKEN": "tradier-secret"}
ALPACA = {"ALPACA_KEY_ID": "key", "ALPACA_SECRET_KEY": "alpaca-secret"}


class SetUp:
    """Set-up with the variables that are given."""

    def __init__(self, settings: Any) -> None:
        self._settings = settings

    def __call__(self, variables: Mapping[str, str] | None = None) -> Outcome:
        self._settings.ENVIRONMENT = Environment(variables or {})
        return make_checks().outcome


@pytest.fixture
def set_up(settings: Any, tmp_path: Path) -> SetUp:
    settings.DATA_DIR = tmp_path
    settings.BIND_ADDRESS, settings.PORT = "127.0.0.1", 8123
    settings.ALLOWED_HOSTS = ["127.0.0.1", "10.0.0.5", "[::1]"]
    return SetUp(settings)


def enabled() -> dict[str, bool]:
    return dict(Check.objects.values_list("name", "enabled"))


def test_what_was_deleted_or_changed_stays_so(set_up: SetUp) -> None:
    set_up(TRADIER)
    Check.objects.exclude(name="This portal").delete()
    Check.objects.update(interval_seconds=300)
    assert set_up(TRADIER) is Outcome.ALREADY
    assert Check.objects.get().interval_seconds == 300
    Check.objects.all().delete()
    assert set_up({**TRADIER, **ALPACA}) is Outcome.ALREADY
    assert not Check.objects.exists()


def test_one_that_was_paused_by_a_person_stays_paused(set_up: SetUp) -> None:
    set_up(TRADIER)
    set_enabled(Check.objects.get(name="Tradier"), False)
    assert set_up({"TRADIER_TOKEN": "another"}) is Outcome.ALREADY
    assert not enabled()["Tradier"]


def test_credentials_go_to_no_other_address(set_up: SetUp) -> None:
    set_up()
    check = Check.objects.get(name="Tradier")
    save_check(check, {"url": "https://elsewhere.example/"})
    assert set_up(TRADIER) is Outcome.ALREADY
    assert "bearer_token" not in full_settings(Check.objects.get(name="Tradier"))


def test_half_of_the_credentials_are_none(set_up: SetUp) -> None:
    set_up({"ALPACA_KEY_ID": "key"})
    assert not enabled()["Alpaca"]


def test_without_credentials_the_brokers_wait(set_up: SetUp) -> None:
    assert set_up() is Outcome.DONE
    assert enabled() == {"This portal": True, "Tradier": False, "Alpaca": False}
    assert set_up() is Outcome.ALREADY
    own = Check.objects.get(name="This portal")
    assert own.settings["url"] == "http://127.0.0.1:8123/api/health"
    assert own.is_local


def test_with_credentials_they_run(set_up: SetUp) -> None:
    assert set_up({**TRADIER, **ALPACA}) is Outcome.DONE
    assert all(enabled().values())
    tradier, alpaca = Check.objects.get(name="Tradier"), Check.objects.get(name="Alpaca")
    assert full_settings(tradier)["bearer_token"] == "tradier-secret"
    headers = {"APCA-API-KEY-ID": "key", "APCA-API-SECRET-KEY": "alpaca-secret"}
    assert full_settings(alpaca)["secret_headers"] == headers
    assert "secret" not in f"{tradier.settings}{tradier.secrets}{alpaca.secrets}"


def test_credentials_that_come_later_are_taken(set_up: SetUp) -> None:
    set_up()
    assert set_up(ALPACA) is Outcome.DONE
    assert enabled() == {"This portal": True, "Tradier": False, "Alpaca": True}
    assert set_up({**ALPACA, **TRADIER}) is Outcome.DONE
    assert all(enabled().values())
    assert set_up({**ALPACA, **TRADIER}) is Outcome.ALREADY


@pytest.mark.parametrize(
    ("bound", "asked"),
    [("0.0.0.0", "127.0.0.1"), ("10.0.0.5", "10.0.0.5"), ("::1", "[::1]")],  # noqa: S104
)
def test_the_portal_is_asked_where_it_listens(
    set_up: SetUp, settings: Any, bound: str, asked: str
) -> None:
    settings.BIND_ADDRESS = bound
    set_up()
    own = Check.objects.get(name="This portal")
    assert own.settings["url"] == f"http://{asked}:8123/api/health"


def test_the_portal_asks_itself_by_a_name_that_it_answers_to(set_up: SetUp, settings: Any) -> None:
    settings.ALLOWED_HOSTS = [".ops.example"]
    set_up()
    own = Check.objects.get(name="This portal")
    assert own.settings["headers"] == {"Host": "ops.example"}
