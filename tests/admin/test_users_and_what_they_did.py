"""The list of users names their roles; the filter of the audit log all that it ever tells of."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from opsportal.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_a_user_without_a_role_is_in_the_list(admin_client: Client) -> None:
    User.objects.create(username="nobody")
    assert "nobody" in admin_client.get("/admin/auth/user/").content.decode()


def test_roles_stand_beside_each_user_in_the_order_of_the_alphabet(admin_client: Client) -> None:
    ada = User.objects.create(username="ada")
    for name in ("weekends", "at night, alone", "<b>bold</b>"):
        ada.groups.add(Group.objects.create(name=name))
    html = admin_client.get("/admin/auth/user/").content.decode()
    assert ">&lt;b&gt;bold&lt;/b&gt;, at night, alone, weekends</td>" in html


def test_what_happened_long_ago_is_offered_and_found(admin_client: Client) -> None:
    old = AuditEntry(time=datetime(2024, 1, 2, tzinfo=UTC), actor="ada", action="locked out")
    AuditEntry.objects.bulk_create([old])
    html = admin_client.get("/admin/audit/auditentry/").content.decode()
    assert "?action=locked+out" in html
    found = admin_client.get("/admin/audit/auditentry/", {"action": "locked out"})
    assert "1 audit entry" in found.content.decode()
