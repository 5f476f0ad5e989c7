"""Backups in the admin: the list, its filters and actions, and the page of one."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from backups.models import Backup, Plan

pytestmark = pytest.mark.django_db
LIST = "/admin/backups/backup/"
HOUR_MS = 3_600_000
NOW_MS = time.time_ns() // 1_000_000


def plan(name: str = "Shop", **fields: Any) -> Plan:
    return Plan.objects.create(name=name, slug=name.lower(), source_kind="sqlite", **fields)


def backup_of(of: Plan | None, status: str = "verified", hours: float = 1, **fields: Any) -> Backup:
    began = NOW_MS - int(hours * HOUR_MS)
    given = {"plan_name": of.name if of else "Gone", "queued_ms": began, "started_ms": began}
    return Backup.objects.create(
        plan=of, source_kind="sqlite", status=status, **{**given, **fields}
    )


def text(response: Any) -> str:
    return str(response.content.decode())


def listed(client: Client, query: str) -> set[int]:
    page = text(client.get(f"{LIST}?{query}"))
    return {int(number) for number in re.findall(r'name="_selected_action" value="(\d+)"', page)}


def act(client: Client, action: str, *chosen: Backup) -> str:
    numbers = [str(each.pk) for each in chosen]
    body = {"_selected_action": numbers, "action": action}
    return text(client.post(LIST, body, follow=True))


def test_a_backup_is_neither_added_nor_deleted(admin_client: Client) -> None:
    made = backup_of(plan())
    assert admin_client.get(f"{LIST}add/").status_code == 403
    assert admin_client.post(f"{LIST}{made.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Backup.objects.exists()


def test_only_whether_it_is_pinned_is_changed(admin_client: Client) -> None:
    made = backup_of(plan())
    body = {"pinned": "on", "status": "failed", "key": "elsewhere", "error": "mine"}
    assert admin_client.post(f"{LIST}{made.pk}/change/", body).status_code == 302
    made.refresh_from_db()
    assert (made.pinned, made.status, made.key, made.error) == (True, "verified", "", "")


def test_whoever_may_only_look_does_nothing(client: Client) -> None:
    user = User.objects.create_user("eve", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_backup"))
    client.force_login(user)
    queued = backup_of(plan(), "queued")
    assert client.get(f"{LIST}{queued.pk}/change/").status_code == 200
    for action in ("pin", "cancel"):
        act(client, action, queued)
    assert client.post(f"{LIST}{queued.pk}/cancel/").status_code == 403
    assert "/cancel/" not in text(client.get(f"{LIST}{queued.pk}/change/"))
    queued.refresh_from_db()
    assert (queued.pinned, queued.status) == (False, "queued")


def test_what_is_over_is_not_cancelled_and_does_not_stop_the_others(admin_client: Client) -> None:
    shop = plan()
    queued, failed = backup_of(shop, "queued"), backup_of(shop, "failed")
    page = act(admin_client, "cancel", queued, failed)
    assert "cannot be cancelled: it is failed" in page
    assert "Asked to stop: 1." in page
    queued.refresh_from_db()
    assert queued.status == "cancelled"


def test_what_is_no_good_backup_is_not_verified(admin_client: Client) -> None:
    failed = backup_of(plan(), "failed")
    assert "cannot be verified: it is failed" in act(admin_client, "verify", failed)


def test_backups_are_pinned_and_unpinned(admin_client: Client) -> None:
    one, other = backup_of(plan()), backup_of(None)
    page = act(admin_client, "pin", one, other)
    assert "Pinned: 2." in page
    assert page.count(">pinned</span>") == 2
    assert Backup.objects.filter(pinned=True).count() == 2
    assert "Unpinned: 1." in act(admin_client, "unpin", one)
    assert Backup.objects.get(pinned=True).pk == other.pk


def test_filters_find_what_needs_somebody(admin_client: Client) -> None:
    shop, store, resting = plan(), plan("Store"), plan("Resting", enabled=False)
    failed = backup_of(shop, "failed")
    late = backup_of(shop, hours=27)
    backup_of(shop, hours=50)
    backup_of(store, hours=50)
    stored = backup_of(store, "stored")
    backup_of(resting, hours=50)
    assert listed(admin_client, "health=failed") == {failed.pk}
    assert listed(admin_client, "health=not-verified") == {stored.pk}
    assert listed(admin_client, "health=overdue") == {late.pk}
    assert len(listed(admin_client, f"plan__id__exact={store.pk}")) == 2
    assert len(listed(admin_client, "health=nonsense")) == 6


def test_the_list_says_how_each_went_in_few_queries(
    admin_client: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        of = plan(f"Shop{number}")
        backup_of(
            of, proof="restored", size_bytes=1_500_000, duration_seconds=2.5, restore_seconds=12.3
        )
        backup_of(of, "failed", hours=2, error="no <space> left")
        backup_of(*(of, "running"), stage="dumping", done_bytes=1_000_000, expected_bytes=4_000_000)
    with django_assert_max_num_queries(12):
        page = text(admin_client.get(LIST))
    assert page.count('data-status="up" title="">verified<') == 5
    assert page.count('data-status="up" title="Restored and counted">restored<') == 5
    assert page.count(">not proved<") == 10
    assert "no &lt;space&gt; left" in page
    for words in ("1.5\xa0MB", "2.5\xa0s", "12\xa0s", "dumping, 1 MB of about 4 MB"):
        assert words in page
    assert '<progress aria-label="Progress" max="4000000" value="1000000">' in page


def test_a_progress_beyond_the_estimate_is_not_more_than_all(admin_client: Client) -> None:
    backup_of(plan(), "running", done_bytes=9, expected_bytes=5)
    assert 'max="5" value="5"' in text(admin_client.get(LIST))


def test_one_that_runs_says_how_fast_it_goes_and_what_is_left(admin_client: Client) -> None:
    of: dict[str, Any] = {"done_bytes": 1_000_000, "expected_bytes": 4_000_000}
    made = backup_of(plan(), "running", stage="dumping", bytes_per_second=150_000.0, **of)
    for address in (LIST, f"{LIST}{made.pk}/change/"):
        page = text(admin_client.get(address))
        assert "dumping, 1 MB of about 4 MB, 150 kB/s, 20 s left" in page


def test_one_that_waits_says_so_and_the_page_sees_when_it_has_begun(admin_client: Client) -> None:
    made = backup_of(plan(), "queued", started_ms=None)
    shown = f'<span data-live="{made.pk} queued">waiting for a worker</span>'
    assert shown in text(admin_client.get(LIST))


def test_a_run_is_cancelled_by_a_button_of_its_page(admin_client: Client) -> None:
    running = backup_of(plan(), "running")
    address = f"{LIST}{running.pk}/cancel/"
    assert f'formaction="{address}"' in text(admin_client.get(f"{LIST}{running.pk}/change/"))
    page = text(admin_client.post(address, follow=True))
    assert "Asked to stop" in page
    assert "being cancelled" in page
    running.refresh_from_db()
    assert running.cancel_asked


def test_a_button_of_a_run_that_is_over_meanwhile_says_so(admin_client: Client) -> None:
    over = backup_of(plan())
    address = f"{LIST}{over.pk}/cancel/"
    assert "it is verified" in text(admin_client.post(address, follow=True))
    assert address not in text(admin_client.get(f"{LIST}{over.pk}/change/"))
    assert admin_client.get(address).status_code == 405
    assert admin_client.post(f"{LIST}999999/cancel/").status_code == 404


def test_no_header_of_the_table_is_empty(admin_client: Client) -> None:
    backup_of(plan())
    for address in (LIST, "/admin/backups/plan/"):
        page = text(admin_client.get(address))
        table = page[page.index('id="result_list"') :]
        headers = re.findall(r'<th[^>]*scope="col"[^>]*>(.*?)</th>', table, re.DOTALL)
        assert len(headers) > 5
        # The first holds the box that chooses all, which has a label of its own.
        words = [re.sub(r"<[^>]+>", "", each).strip() for each in headers[1:]]
        assert "" not in words


def test_its_page_says_where_it_is_what_is_in_it_and_how_to_restore_it(
    admin_client: Client,
) -> None:
    made = backup_of(
        *(plan(), "verified"),
        key="shop/shop-20261123T120000Z-1.sqlite3.zst.age",
        census={"rows": {"orders": 500}, "checksums": {}},
        versions={"sqlite": "3.45", "opsportal": "1.0"},
        error="not everywhere: <full>",
    )
    made.copies.create(place="/srv/backups")
    made.copies.create(place="s3://far", is_there=False, error="access <denied>")
    page = text(admin_client.get(f"{LIST}{made.pk}/change/"))
    assert "1 table, 500 rows" in page
    assert "opsportal 1.0, sqlite 3.45" in page
    assert "/srv/backups" in page
    assert "access &lt;denied&gt;" in page
    assert "not everywhere: &lt;full&gt;" in page
    by_hand = (
        "age -d -i KEY shop-20261123T120000Z-1.sqlite3.zst.age | zstd -d &gt; restored.sqlite3"
    )
    assert by_hand in page


def test_the_page_of_one_that_made_nothing_opens_too(admin_client: Client) -> None:
    made = backup_of(None, "failed", started_ms=None)
    page = text(admin_client.get(f"{LIST}{made.pk}/change/"))
    assert "there is nothing to restore" in page
    assert "not counted" in page
