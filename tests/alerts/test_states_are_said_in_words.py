"""What is 0 or 1 is told as the state that it means, with what was seen, wherever it is told."""

from __future__ import annotations

import pytest
from django.test import Client

from alerts.channels.plain import as_text
from alerts.channels.wording import against
from alerts.conditions.base import Rule
from alerts.conditions.limit import phrase
from alerts.defaults import make_defaults
from alerts.engine import evaluate_all
from alerts.models import Alert
from alerts.wording import sentence
from monitoring.catalogue import METRICS, word
from tests.channels.messages import item, message
from tests.checks.watched import GOOD, REFUSED, START_MS, add, probed

CHECK = {"check": "Tradier"}


@pytest.mark.parametrize(
    ("metric", "labels", "value", "seen", "words"),
    [
        ("check_up", CHECK, 0, "connection refused", "Tradier is down: connection refused"),
        ("check_up", CHECK, 0, "", "Tradier is down"),
        ("check_up", {}, 0, "", "a check is down"),
        ("check_up", CHECK, 0, "two\nlines", "Tradier is down: two lines"),
        ("check_flapping", CHECK, 1, "", "Tradier turns down and up again and again"),
        ("backup_retention_stopped", {"plan": "shop"}, 1, "", "retention of shop stopped"),
        ("portal_blind", {}, 1, "", "the portal has lost its network"),
        ("portal_channel_failing", {"channel": "Slack"}, 1, "", "channel Slack fails"),
        ("portal_login_lockouts", {}, 1, "", "somebody failed to log in too often"),
        # The mean of two states is none.
        ("check_up", CHECK, 0.5, "", "Up 0.5 on Tradier, down"),
    ],
)
def test_a_state_makes_a_sentence(
    metric: str, labels: dict[str, str], value: float, seen: str, words: str
) -> None:
    measures = (METRICS[metric].label, METRICS[metric].unit)
    assert sentence(metric, measures, labels, value, "down", seen) == words


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (9.299, "certificate of Tradier expires in 9 days, below 14 d"),
        (1.2, "certificate of Tradier expires in 1 day, below 14 d"),
        (-3.001, "certificate of Tradier expired 3 days ago, below 14 d"),
    ],
)
def test_a_certificate_says_when_it_expires(days: float, words: str) -> None:
    assert sentence("tls_days_remaining", ("Certificate", "d"), CHECK, days, "below 14 d") == words


def test_a_long_reason_is_cut() -> None:
    told = sentence("check_up", ("Up", ""), CHECK, 0, "down", "x" * 500)
    assert len(told) < 200
    assert told.endswith("…")


@pytest.mark.parametrize(
    ("comparison", "limit", "words"),
    [("<", 1, "down"), (">=", 1, "up"), (">", 0, "up"), ("<=", 1, "at most 1")],
)
def test_a_limit_between_two_states_is_the_state_that_it_means(
    comparison: str, limit: float, words: str
) -> None:
    rule = Rule(metric="check_up", comparison=comparison, value=limit)
    assert phrase(rule, limit) == words


def test_what_is_no_state_stays_a_number() -> None:
    assert word("cpu_percent", 1) == ""
    assert word("check_up", 0.5) == ""


def test_a_message_says_the_state_and_no_limit() -> None:
    down = item(metric="check_up", unit="", value=0.0, limit=1.0, comparison="<")
    assert against(down) == "down"
    text = as_text(message(down))
    assert "\ndown" in text
    assert "limit" not in text


@pytest.mark.django_db
def test_the_pages_say_why_it_is_down_and_neither_nought_nor_one(admin_client: Client) -> None:
    make_defaults("", "", "")
    check = add("Tradier")
    probed(START_MS, {check: GOOD})
    probed(START_MS + 60_000, {check: REFUSED})
    evaluate_all(START_MS + 60_000)
    alert = Alert.objects.get(name="Check down")
    check.state.refresh_from_db()
    assert alert.message == f"Tradier is down: {check.state.message}"
    assert alert.shown_limit == ""
    page = admin_client.get(f"/alerts/{alert.pk}/").content.decode()
    assert "<dt>value then</dt><dd>down</dd>" in page
    assert "<dt>limit</dt>" not in page
    listed = admin_client.get("/admin/alerts/alert/").content.decode()
    assert alert.message in listed
