"""Mail: refused, delayed, claimed twice, sent once."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from opsportal.mail import outbox
from opsportal.mail.models import Mail
from opsportal.mail.outbox import Written, queue, send_due
from tests.channels.mailboxes import Mailbox, receiving_mail

pytestmark = pytest.mark.django_db(transaction=True)
NOW_MS = 1_764_000_000_000
TO = "reader@example.com"


class Clock:
    def __init__(self, now_ms: int = NOW_MS) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture(autouse=True)
def _nobody_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "wake", lambda: None)


def written(
    key: str = "news-1", subject: str = "News", text: str = "All well.", html: str = ""
) -> Written:
    return Written(key, TO, subject, text, html)


def sent_to(mailbox: Mailbox, settings: Settings, clock: Clock) -> int:
    with receiving_mail(mailbox):
        settings.EMAIL_URL = f"smtp://127.0.0.1:{mailbox.port}"
        return send_due(clock)


def test_what_is_refused_for_good_is_dead_and_not_tried_again(settings: Settings) -> None:
    queue("test", [written()], NOW_MS)
    assert sent_to(Mailbox(refused={TO: "550 No such user"}), settings, Clock()) == 0
    mail = Mail.objects.get()
    assert (mail.status, mail.error) == ("dead", "550 No such user")
    assert sent_to(Mailbox(), settings, Clock(NOW_MS + 86_400_000)) == 0


def test_what_is_put_off_is_tried_again_later_with_the_same_id(settings: Settings) -> None:
    queue("test", [written()], NOW_MS)
    first, second = Mailbox(at_data="452 Disk full"), Mailbox()
    assert sent_to(first, settings, Clock()) == 0
    assert Mail.objects.get().status == "failed"
    assert sent_to(Mailbox(), settings, Clock()) == 0  # not due yet
    assert sent_to(second, settings, Clock(NOW_MS + 60_000)) == 1
    assert first.letters[0]["Message-ID"] == second.letters[0]["Message-ID"]
    assert Mail.objects.get().status == "sent"


def test_after_a_day_it_is_given_up(settings: Settings) -> None:
    queue("test", [written()], NOW_MS)
    later = Clock(NOW_MS + 2 * 86_400_000)
    sent_to(Mailbox(at_data="452 Disk full"), settings, later)
    assert Mail.objects.get().status == "dead"


def test_who_has_claimed_it_has_it_until_the_lease_is_over() -> None:
    queue("test", [written()], NOW_MS)
    assert len(outbox.claim(NOW_MS)) == 1
    assert outbox.claim(NOW_MS) == []
    assert len(outbox.claim(NOW_MS + outbox.LEASE_MS)) == 1


def test_the_same_news_is_queued_once() -> None:
    queue("test", [written(), written()], NOW_MS)
    queue("test", [written(text="Something else")], NOW_MS)
    assert Mail.objects.get().text == "All well."


def test_a_line_break_in_a_subject_begins_no_header(settings: Settings) -> None:
    mailbox = Mailbox()
    queue("test", [written(subject="News\r\nBcc: all@example.com", html="<p>All well.")], NOW_MS)
    assert sent_to(mailbox, settings, Clock()) == 1
    assert mailbox.letters[0]["Subject"] == "News Bcc: all@example.com"
    assert mailbox.letters[0]["Bcc"] is None
    assert mailbox.recipients == [[TO]]


def test_old_mail_is_forgotten_but_what_waits_is_kept() -> None:
    queue("test", [written("a"), written("b")], NOW_MS)
    Mail.objects.filter(key="a").update(status="sent")
    outbox.forget_old(NOW_MS + 30 * 86_400_000)
    assert [each.key for each in Mail.objects.all()] == ["b"]


def test_the_admin_lists_it_without_its_text_and_sends_dead_mail_again(
    admin_client: Client,
) -> None:
    queue("test", [written(text="a link that acts")], NOW_MS)
    mail = Mail.objects.get()
    address = "/admin/mail/mail/"
    assert TO in admin_client.get(address).content.decode()
    assert "a link that acts" not in admin_client.get(f"{address}{mail.pk}/").content.decode()
    form = {"action": "send_again", "_selected_action": [mail.pk]}
    told = admin_client.post(address, form, follow=True).content.decode()
    assert "None of them is dead" in told
    Mail.objects.update(status="dead")
    admin_client.post(address, form)
    assert Mail.objects.get().status == "queued"
