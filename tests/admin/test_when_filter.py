"""Histories are drilled down into by month and day."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.utils import timezone

from monitoring.models import Annotation
from monitoring.when_filter import choices, span

TODAY = date(2026, 3, 29)


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", ["yesterday", "2026-13", "2026-02-30", "9999-12-31", "'"])
def test_what_is_no_date_leads_back_to_the_list(admin_client: Client, wrong: str) -> None:
    response = admin_client.get("/admin/monitoring/annotation/", {"when": wrong})
    assert response.status_code == 302
    assert response["Location"].endswith("?e=1")


@pytest.mark.django_db
@pytest.mark.parametrize("history", ["alerts/alert", "alerts/delivery", "backups/backup"])
def test_every_history_has_it(admin_client: Client, history: str) -> None:
    page = admin_client.get(f"/admin/{history}/", {"when": "2026-03"})
    assert "?when=2026-03-05" in page.content.decode()


@pytest.mark.django_db
def test_a_day_shows_what_was_that_day(admin_client: Client) -> None:
    for day in (4, 5, 6):
        moment = datetime(2026, 3, day, 12, tzinfo=UTC)
        Annotation.objects.create(
            time_ms=round(moment.timestamp() * 1000), text=f"Deployed on the {day}th"
        )
    page = admin_client.get("/admin/monitoring/annotation/", {"when": "2026-03-05"})
    shown = page.content.decode()
    assert "Deployed on the 5th" in shown
    assert "Deployed on the 4th" not in shown
    assert "Deployed on the 6th" not in shown


def test_a_month_opens_its_days_and_a_day_keeps_them_open() -> None:
    offered = dict(choices("", TODAY))
    assert list(offered)[:4] == ["2026-03-29", "2026-03-28", "2026-03", "2026-02"]
    for chosen in ("2026-02", "2026-02-11"):
        days = [name for name, _ in choices(chosen, TODAY) if name.startswith("2026-02-")]
        assert (days[0], days[-1], len(days)) == ("2026-02-28", "2026-02-01", 28)


def test_a_day_on_which_clocks_change_has_its_own_length() -> None:
    with timezone.override("Europe/Berlin"):
        start_ms, end_ms = span("2026-03-29")
        month = span("2026-03")
    assert end_ms - start_ms == 23 * 3_600_000
    assert month[1] - month[0] == (31 * 24 - 1) * 3_600_000
