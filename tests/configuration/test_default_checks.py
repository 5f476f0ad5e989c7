"""The checks that set-up makes, once."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from monitoring.editing import full_settings, save_check
from monitoring.models import Check
from opsportal.setup.checks import make_checks
from opsportal.setup.step import Outcome

pytestmark = pytest.mark.django_db


def enabled() -> dict[str, bool]:
    return dict(Check.objects.values_list("name", "enabled"))


def test_without_credentials_the_markets_are_paused() -> None:
    report = make_checks()
    assert report.outcome is Outcome.DONE
    assert enabled() == {"Tradier": False, "Alpaca": False, "OpsPortal": True}


def test_a_second_set_up_changes_nothing_that_people_did() -> None:
    make_checks()
    Check.objects.filter(name="Alpaca").delete()
    tradier = Check.objects.get(name="Tradier")
    save_check(tradier, {"url": "https://tradier.example/"})
    assert make_checks().outcome is Outcome.ALREADY
    assert set(enabled()) == {"Tradier", "OpsPortal"}
    assert Check.objects.get(name="Tradier").settings["url"] == "https://tradier.example/"


def test_credentials_wake_a_paused_check_whenever_they_come(settings: Settings) -> None:
    make_checks()
    settings.TRADIER_TOKEN = "tr-token"
    settings.ALPACA_KEY_ID, settings.ALPACA_SECRET_KEY = "key", "secret"
    make_checks()
    assert all(enabled().values())
    tradier, alpaca = (Check.objects.get(name=name) for name in ("Tradier", "Alpaca"))
    assert full_settings(tradier)["bearer_token"] == "tr-token"
    assert full_settings(alpaca)["secret_headers"] == {
        "APCA-API-KEY-ID": "key",
        "APCA-API-SECRET-KEY": "secret",
    }
    assert "tr-token" not in str(tradier.settings) + tradier.secrets


def test_credentials_go_to_no_other_address(settings: Settings) -> None:
    make_checks()
    save_check(Check.objects.get(name="Tradier"), {"url": "http://elsewhere.example/"})
    Check.objects.filter(name="Tradier").update(enabled=False)
    settings.TRADIER_TOKEN = "tr-token"
    assert make_checks().outcome is Outcome.ALREADY
    assert enabled()["Tradier"] is False


def test_the_portal_is_asked_by_a_name_that_it_answers_to(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = [".ops.example"]
    make_checks()
    own = Check.objects.get(name="OpsPortal")
    assert own.settings["headers"] == {"Host": "ops.example"}


def test_half_of_a_credential_is_none(settings: Settings) -> None:
    settings.ALPACA_KEY_ID = "key"
    make_checks()
    assert enabled()["Alpaca"] is False


def test_a_check_that_was_paused_by_hand_stays_paused(settings: Settings) -> None:
    settings.TRADIER_TOKEN = "tr-token"
    make_checks()
    Check.objects.filter(name="Tradier").update(enabled=False)
    make_checks()
    assert enabled()["Tradier"] is False


def test_the_portals_check_of_itself_follows_its_port(settings: Settings) -> None:
    make_checks()
    settings.PORT = 9123
    make_checks()
    own = Check.objects.get(name="OpsPortal")
    assert own.settings["url"] == "http://127.0.0.1:9123/api/health"
    save_check(own, {"url": "https://portal.example/api/health"})
    settings.PORT = 9124
    assert make_checks().outcome is Outcome.ALREADY
