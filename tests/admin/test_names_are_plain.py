"""Nobody has to know the libraries by name to find something in the admin."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.test import Client

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
