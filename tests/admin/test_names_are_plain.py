"""Nobody has to know the libraries by name to find something in the admin."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.test import Client

from alerts.models import Threshold
from opsportal.plain_names import MODELS

pytestmark = pytest.mark.django_db


def test_the_first_page_has_no_name_of_a_library(admin_client: Client) -> None:
    html = admin_client.get("/admin/").content.decode()
    headings = re.findall(r'<a href="/admin/\w+/" class="section"[^>]*>\s*([^<]+?)\s*</a>', html)
    assert {"Failed logins", "Background work", "Users and groups"} <= set(headings)
    shown = re.sub(r"<[^>]+>", " ", html).lower()
    assert [word for word in ("axes", "celery", "clocked", "solar event") if word in shown] == []


def test_every_renamed_model_is_one_of_the_admin() -> None:
    assert MODELS.keys() <= {model._meta.label_lower for model in admin.site._registry}


def test_a_threshold_says_what_it_watches_in_words_and_then_by_its_name(
    admin_client: Client,
) -> None:
    Threshold.objects.create(
        name="t", metric="http_error_rate_percent", labels={"service": "shop"}, value=5
    )
    html = admin_client.get("/admin/alerts/threshold/").content.decode().replace("<wbr>", "")
    assert 'Errors (service=shop) <span class="together">above 5 %</span><br>' in html
    assert '<span class="secondary">http_error_rate_percent</span>' in html


def test_a_threshold_on_one_of_two_states_names_that_state(admin_client: Client) -> None:
    Threshold.objects.create(name="t", metric="check_up", comparison="<", value=1)
    assert "Down  <span" in admin_client.get("/admin/alerts/threshold/").content.decode()


def test_a_threshold_on_a_metric_that_is_gone_says_so(admin_client: Client) -> None:
    Threshold.objects.create(name="t", metric="of_an_older_version")
    html = admin_client.get("/admin/alerts/threshold/").content.decode().replace("<wbr>", "")
    assert "Unknown metric" in html
    assert '<span class="secondary">of_an_older_version</span>' in html


@pytest.mark.parametrize("form", ["alerts/threshold/add/", "boards/board/add/"])
def test_a_metric_is_chosen_by_what_it_is(admin_client: Client, form: str) -> None:
    html = admin_client.get(f"/admin/{form}").content.decode()
    words = "Busiest core (cpu_core_max_percent): Time that the busiest core was busy"
    assert f'<option value="cpu_core_max_percent">{words}</option>' in html
