"""Channels and deliveries in the admin: adding, testing, the lists and their actions."""

from __future__ import annotations

import re
import sys
import time
from types import ModuleType
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from alerts.channels import registry
from alerts.channels.base import ChannelKind, PermanentError, Receipt
from alerts.editing import full_settings, save_channel
from alerts.message import Message
from alerts.models import Alert, Channel, Delivery, DeliveryItem, Route
from alerts.signals import deliveries_queued
from opsportal.lib.kinds import kind, setting

pytestmark = pytest.mark.django_db
LIST = "/admin/alerts/channel/"
DELIVERIES = "/admin/alerts/delivery/"
NOW_MS = time.time_ns() // 1_000_000
FORM = {
    "name": "Loft",
    "enabled": "on",
    "kind": "pigeon",
    "max_per_minute": "60",
    "setting_loft": "north",
    "setting_ring": "very-secret",
    "setting_flock": "white\ngrey",
    "setting_metres": "20",
}


@kind
class Pigeon(ChannelKind):
    """A channel that needs no network."""

    name = "pigeon"
    label = "Pigeon"

    loft: str = setting("Loft", "Where it lands")
    ring: str = setting("Ring", default="", secret=True)
    flock: list[str] = setting("Flock", default=[], secret=True)
    metres: int = setting("Height", default=20, minimum=1)

    def send(self, message: Message) -> Receipt:
        if self.loft == "closed":
            raise PermanentError("the loft is closed")
        return Receipt(f"{message.items[0].summary} <landed>")


@pytest.fixture(autouse=True)
def _pigeons(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("alerts.channels.pigeon")
    module.__dict__["Pigeon"] = Pigeon
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(registry._KINDS, "pigeon", "pigeon.Pigeon")
    monkeypatch.setitem(registry.LABELS, "pigeon", "Pigeon")


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The channels that were woken; no broker hears of it."""
    heard: list[int] = []

    def send_robust(sender: Any, channel_ids: set[int]) -> None:
        heard.extend(sorted(channel_ids))

    monkeypatch.setattr(deliveries_queued, "send_robust", send_robust)
    return heard


def add(name: str = "Loft", loft: str = "north", **fields: Any) -> Channel:
    channel = Channel(name=name, kind="pigeon", **fields)
    save_channel(channel, {"loft": loft, "ring": "very-secret"})
    return channel


def queued(channel: Channel, status: str, **fields: Any) -> Delivery:
    key = f"key-{Delivery.objects.count()}"
    times = {"created_ms": NOW_MS, "due_ms": NOW_MS}
    return Delivery.objects.create(
        channel=channel, kind="firing", status=status, idempotency_key=key, **times, **fields
    )


def tell_of(delivery: Delivery, summary: str) -> None:
    alert = Alert.objects.create(
        name="CPU", state="firing", severity="critical", started_ms=NOW_MS, fingerprint=summary
    )
    snapshot = {"summary": summary, "severity": "critical", "labels": {"host": "db-1"}}
    DeliveryItem.objects.create(delivery=delivery, alert=alert, snapshot=snapshot)


def text(response: Any) -> str:
    return str(response.content.decode())


def errors_beside(response: Any, field: str) -> str:
    """What stands in the row of a field."""
    found = re.search(rf"errorlist.{{0,400}}?id_{field}\b", text(response), re.DOTALL)
    return found[0] if found else ""


def reader() -> User:
    user = User.objects.create_user("eve", is_staff=True)
    may = Permission.objects.filter(codename__in=["view_channel", "view_delivery"])
    user.user_permissions.add(*may)
    return user


def test_what_is_wrong_with_a_setting_stands_beside_its_field(admin_client: Client) -> None:
    wrong = {**FORM, "setting_metres": "0", "setting_loft": ""}
    response = admin_client.post(f"{LIST}add/?kind=pigeon", wrong)
    assert response.status_code == 200
    assert "required" in errors_beside(response, "setting_loft")
    response = admin_client.post(f"{LIST}add/?kind=pigeon", {**FORM, "setting_metres": "0"})
    assert "must be at least 1" in errors_beside(response, "setting_metres")
    assert not Channel.objects.exists()


@pytest.mark.parametrize("kind", ["", "telepathy"])
def test_without_a_known_kind_nothing_is_added(admin_client: Client, kind: str) -> None:
    page = text(admin_client.post(f"{LIST}add/", {**FORM, "kind": kind}))
    assert "Where do people hear?" in page
    assert not Channel.objects.exists()


def test_the_kind_of_a_channel_stays_what_it_is(admin_client: Client) -> None:
    channel = add()
    admin_client.post(f"{LIST}{channel.pk}/change/", {**FORM, "kind": "slack"})
    channel.refresh_from_db()
    assert channel.kind == "pigeon"


def test_secrets_are_asked_for_again_when_a_channel_goes_elsewhere(admin_client: Client) -> None:
    channel = Channel(name="Hook", kind="webhook")
    save_channel(channel, {"url": "https://hooks.example/in", "secret": "very-secret"})
    moved = {
        "name": "Hook",
        "enabled": "on",
        "setting_url": "https://thief.example/",
        "setting_payload": "opsportal",
        "setting_secret": "********",
    }
    response = admin_client.post(f"{LIST}{channel.pk}/change/", moved)
    assert "enter it again" in errors_beside(response, "setting_secret")
    channel.refresh_from_db()
    assert full_settings(channel)["url"] == "https://hooks.example/in"


def test_the_form_opens_when_its_secrets_cannot_be_read(
    admin_client: Client, settings: Any
) -> None:
    channel = add()
    settings.SECRET_KEY = "another"
    admin_client.force_login(User.objects.get())
    address = f"{LIST}{channel.pk}/change/"
    assert "********" not in text(admin_client.get(address))
    response = admin_client.post(address, {**FORM, "setting_ring": "********"})
    assert "enter it again" in errors_beside(response, "setting_ring")
    page = text(admin_client.post(f"{LIST}{channel.pk}/test/"))
    assert "another SECRET_KEY" in page


def test_a_test_that_is_refused_says_why_and_what_to_do(admin_client: Client) -> None:
    channel = add(loft="closed")
    page = text(admin_client.post(f"{LIST}{channel.pk}/test/"))
    assert "the loft is closed" in page
    assert "send another test" in page
    assert "very-secret" not in page
    channel.refresh_from_db()
    assert channel.last_error == "the loft is closed"


def test_whoever_may_only_look_sends_nothing_and_sees_no_secret(client: Client) -> None:
    channel = add()
    dead = queued(channel, "dead")
    client.force_login(reader())
    page = text(client.get(f"{LIST}{channel.pk}/change/"))
    assert "loft: north" in page
    assert "very-secret" not in page
    assert "Send test" not in page
    assert client.post(f"{LIST}{channel.pk}/test/").status_code == 403
    body = {"_selected_action": str(dead.pk), "action": "send_again"}
    client.post(DELIVERIES, body)
    dead.refresh_from_db()
    assert dead.status == "dead"
    assert Delivery.objects.count() == 1


def test_a_test_is_sent_by_post_and_of_a_channel_that_exists(admin_client: Client) -> None:
    assert admin_client.get(f"{LIST}{add().pk}/test/").status_code == 405
    assert admin_client.post(f"{LIST}9999/test/").status_code == 404
    assert not Delivery.objects.exists()


def test_a_delivery_cannot_be_added_changed_or_deleted(admin_client: Client) -> None:
    delivery = queued(add(), "sent")
    for address in ("add/", f"{delivery.pk}/delete/"):
        assert admin_client.get(f"{DELIVERIES}{address}").status_code == 403
    change = admin_client.post(f"{DELIVERIES}{delivery.pk}/change/", {"status": "queued"})
    assert change.status_code == 403


def test_only_dead_deliveries_are_sent_again(admin_client: Client, woken: list[int]) -> None:
    channel = add()
    sent = queued(channel, "sent", attempts=1)
    body = {"_selected_action": [str(sent.pk)], "action": "send_again"}
    assert "None of them is dead" in text(admin_client.post(DELIVERIES, body, follow=True))
    assert woken == []
    dead = queued(channel, "dead", attempts=7)
    body = {"_selected_action": [str(sent.pk), str(dead.pk)], "action": "send_again"}
    admin_client.post(DELIVERIES, body)
    sent.refresh_from_db()
    dead.refresh_from_db()
    assert (sent.status, sent.attempts) == ("sent", 1)
    assert (dead.status, dead.attempts) == ("queued", 0)
    assert dead.due_ms >= NOW_MS
    assert woken == [channel.pk]


def test_strangers_get_nowhere(client: Client) -> None:
    for address in (LIST, f"{LIST}add/", f"{LIST}1/test/", DELIVERIES):
        assert client.get(address).status_code == 302


def test_first_comes_the_kind(admin_client: Client) -> None:
    page = text(admin_client.get(f"{LIST}add/"))
    for name in registry.LABELS:
        assert f"?kind={name}" in page


@pytest.mark.parametrize("kind", ["slack", "email", "webhook", "pagerduty", "apprise"])
def test_every_kind_has_a_form(admin_client: Client, kind: str) -> None:
    assert "id_setting_" in text(admin_client.get(f"{LIST}add/?kind={kind}"))


def test_a_channel_is_added_with_its_secrets_encrypted(admin_client: Client) -> None:
    response = admin_client.post(f"{LIST}add/?kind=pigeon", FORM)
    assert response.status_code == 302, text(response)
    channel = Channel.objects.get()
    assert channel.settings == {"loft": "north", "metres": 20}
    assert "very-secret" not in channel.secrets
    own = full_settings(channel)
    assert (own["ring"], own["flock"]) == ("very-secret", ["white", "grey"])


def test_a_secret_is_never_shown_and_stays_when_the_form_is_saved(admin_client: Client) -> None:
    admin_client.post(f"{LIST}add/?kind=pigeon", FORM)
    channel = Channel.objects.get()
    address = f"{LIST}{channel.pk}/change/"
    page = text(admin_client.get(address))
    assert "very-secret" not in page
    assert "grey" not in page
    mask = "********"
    saved = {**FORM, "setting_ring": mask, "setting_flock": mask, "setting_metres": "30"}
    response = admin_client.post(address, saved)
    assert response.status_code == 302, text(response)
    own = full_settings(Channel.objects.get())
    assert (own["ring"], own["flock"], own["metres"]) == ("very-secret", ["white", "grey"], 30)


def test_a_test_shows_what_the_receiver_answered(admin_client: Client) -> None:
    channel = add()
    page = text(admin_client.post(f"{LIST}{channel.pk}/test/"))
    assert "sent by admin" in page
    assert "&lt;landed&gt;" in page
    assert re.search(r"sent</span> in \d+ ms", page)
    assert "Send test" in text(admin_client.get(f"{LIST}{channel.pk}/change/"))


def test_the_list_shows_how_channels_are_doing_in_few_queries(
    admin_client: Client, django_assert_max_num_queries: Any
) -> None:
    names = ("unused", "works", "fails", "rests")
    works, fails, rests = [add(name) for name in names][1:]
    moments = {"last_success_ms": NOW_MS - 1000, "last_error_ms": NOW_MS - 2000}
    Channel.objects.filter(pk=works.pk).update(**moments)
    moments = {"last_success_ms": NOW_MS - 2000, "last_error_ms": NOW_MS - 1000}
    Channel.objects.filter(pk=fails.pk).update(**moments, last_error="no <answer>")
    Channel.objects.filter(pk=rests.pk).update(enabled=False, last_success_ms=NOW_MS)
    for status in ("queued", "failed", "dead", "sent"):
        queued(works, status)
    with django_assert_max_num_queries(8):
        page = text(admin_client.get(LIST))
    assert 'data-status="up" title="">working<' in page
    assert 'data-status="down" title="no &lt;answer&gt;">failing<' in page
    assert 'data-status="unknown" title="">never used<' in page
    assert 'data-status="unknown" title="">paused<' in page
    assert page.count('data-status="up"') == 1
    assert '<td class="field-waiting_count">2</td><td class="field-dead_count">1</td>' in page


def test_actions_pause_enable_and_test(admin_client: Client, woken: list[int]) -> None:
    channel = add()
    chosen = {"_selected_action": str(channel.pk)}
    admin_client.post(LIST, {**chosen, "action": "pause"})
    channel.refresh_from_db()
    assert (channel.enabled, woken) == (False, [])
    admin_client.post(LIST, {**chosen, "action": "enable"})
    channel.refresh_from_db()
    assert (channel.enabled, woken) == (True, [channel.pk])
    admin_client.post(LIST, {**chosen, "action": "send_test"})
    assert Delivery.objects.get().kind == "test"
    assert woken == [channel.pk, channel.pk]


def test_deleting_a_channel_takes_its_deliveries_along(admin_client: Client) -> None:
    channel = add()
    queued(channel, "sent")
    assert "Deliveries: 1" in text(admin_client.get(f"{LIST}{channel.pk}/delete/"))
    admin_client.post(f"{LIST}{channel.pk}/delete/", {"post": "yes"})
    assert not Delivery.objects.exists()


def test_deliveries_say_what_they_told_in_few_queries(
    admin_client: Client, django_assert_max_num_queries: Any
) -> None:
    channel = add()
    for number in range(10):
        delivery = queued(channel, "dead", error="the <loft> is closed")
        tell_of(delivery, f"CPU <{number}>")
        tell_of(delivery, f"Memory {number}")
    with django_assert_max_num_queries(10):
        page = text(admin_client.get(DELIVERIES))
    assert "CPU &lt;9&gt; and 1 more" in page
    assert "the &lt;loft&gt; is closed" in page
    assert "0 deliveries" in text(admin_client.get(f"{DELIVERIES}?status__exact=sent"))


def test_the_page_of_a_delivery_shows_its_alerts_and_the_receipt(admin_client: Client) -> None:
    delivery = queued(add(), "sent", receipt={"answer": "<ok>"}, sent_ms=NOW_MS)
    tell_of(delivery, "CPU 97 % on db-1")
    page = text(admin_client.get(f"{DELIVERIES}{delivery.pk}/change/"))
    assert "CPU 97 % on db-1" in page
    assert "host=db-1" in page
    assert "answer: &lt;ok&gt;" in page


def test_the_first_channel_hears_every_alert_and_the_next_one_says_how_it_would(
    admin_client: Client,
) -> None:
    route = Route.objects.create(name="Every alert")
    told = admin_client.post(f"{LIST}add/?kind=pigeon", FORM, follow=True).content.decode()
    assert "It hears what the route “Every alert” tells." in told
    assert [channel.name for channel in route.channels.all()] == ["Loft"]
    told = admin_client.post(
        f"{LIST}add/?kind=pigeon", {**FORM, "name": "Other"}, follow=True
    ).content.decode()
    assert "No route leads to Other" in told
    assert route.channels.count() == 1
