"""A list without rows says why, and what to do."""

from __future__ import annotations

import pytest
from django.test import Client

from monitoring.models import Annotation

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/monitoring/annotation/"


def shown(client: Client, address: str, **query: str) -> str:
    return client.get(address, query).content.decode()


def test_one_that_nothing_is_in_yet_leads_to_the_form(admin_client: Client) -> None:
    html = shown(admin_client, ADDRESS)
    assert 'There are no annotations yet. <a href="add/">Add annotation</a>' in html


def test_a_history_to_which_nobody_adds_offers_no_form(admin_client: Client) -> None:
    html = shown(admin_client, "/admin/alerts/alert/")
    assert "There are no alerts yet.</p>" in html


@pytest.mark.parametrize(
    "query", [{"q": "nothing like it"}, {"kind": "deployment"}, {"kind__exact": "deployment"}]
)
def test_one_whose_rows_are_left_out_leads_back_to_all(
    admin_client: Client, query: dict[str, str]
) -> None:
    Annotation.objects.create(time_ms=1, text="done", kind="note")
    html = shown(admin_client, ADDRESS, **query)
    assert 'None of them fits. <a href="?">Show all</a>' in html
    assert "no annotations yet" not in html


def test_one_with_rows_says_nothing_of_it(admin_client: Client) -> None:
    Annotation.objects.create(time_ms=1, text="done")
    assert 'class="none"' not in shown(admin_client, ADDRESS)
