"""`setup --interactive`: each answer is tested on a server that answers, and kept encrypted."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

from alerts.editing import full_settings
from alerts.models import Channel, Delivery, Route
from backups.defaults import make_defaults as make_backup_defaults
from backups.editing import destination_of
from backups.models import Plan, PlanDestination
from monitoring.models import Check
from monitoring.probes import presets
from opsportal.setup import interactive
from opsportal.setup.checks import make_checks
from opsportal.setup.interactive import ask_for_all
from opsportal.setup.step import SetupError
from opsportal.setup.topics.base import Question
from opsportal.setup.topics.bucket import BucketTopic
from opsportal.setup.topics.channels import EmailTopic, SlackTopic
from opsportal.setup.topics.markets import AlpacaTopic, TradierTopic
from tests.channels.mailboxes import Mailbox, receiving_mail
from tests.channels.receivers import Answer, receiving
from tests.probes.misbehaving import http, serving
from tests.running_portal import RunningPortal

SECRET = "sesame-open"


class Person:
    """Answers by the name of the question, and remembers which were to be hidden."""

    def __init__(self, **answers: str | list[str]) -> None:
        self._answers, self.hidden = answers, set[str]()
        self.heard: list[str] = []

    def ask(self, question: Question) -> str:
        if question.is_secret:
            self.hidden.add(question.name)
        found = self._answers.get(question.name, "")
        return found.pop(0) if isinstance(found, list) else found

    @property
    def all(self) -> str:
        return "\n".join(self.heard)


@pytest.fixture
def asked_about(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Person]:
    def ask(topic: type, **answers: str | list[str]) -> Person:
        person = Person(**answers)
        monkeypatch.setattr(interactive, "TOPICS", (topic,))
        ask_for_all(person.heard.append, person.ask)
        return person

    return ask


def test_without_a_terminal_nothing_is_asked(prepared_portal: RunningPortal) -> None:
    said = prepared_portal.manage("setup", "--interactive", "--quiet")
    assert said.returncode == 1
    assert "no terminal" in said.stderr
    both = prepared_portal.manage("setup", "--interactive", "--noinput")
    assert "exclude each other" in both.stderr


@pytest.mark.django_db
def test_enter_skips_everything() -> None:
    person = Person()
    ask_for_all(person.heard.append, person.ask)
    assert person.all.count("skipped") == 4
    assert "there is no plan" in person.all
    assert not Channel.objects.exists()


@pytest.mark.django_db
def test_stopping_keeps_what_was_kept() -> None:
    def stop(question: Question) -> str:
        raise KeyboardInterrupt

    with pytest.raises(SetupError, match="stays"):
        ask_for_all(lambda _: None, stop)


@pytest.mark.django_db
def test_slack_that_refuses_is_asked_again_and_then_hears_every_alert(
    asked_about: Callable[..., Person],
) -> None:
    route = Route.objects.create(name="Every alert")
    with receiving(Answer(403, b"invalid_token"), Answer()) as slack:
        url = f"{slack.url}/{SECRET}"
        person = asked_about(SlackTopic, url=[url, url], again="y")
    assert "it does not work: " in person.all
    assert "a test message was taken" in person.all
    assert len(slack.received) == 2
    channel = Channel.objects.get()
    assert full_settings(channel)["url"] == url
    assert list(route.channels.all()) == [channel]
    assert SECRET not in person.all + channel.secrets + str(channel.settings)
    assert person.hidden == {"url"}
    assert not Delivery.objects.exists()
    assert "is there; edit it" in asked_about(SlackTopic).all


@pytest.mark.django_db
def test_what_does_not_work_can_be_skipped_or_kept(asked_about: Callable[..., Person]) -> None:
    dead = "http://127.0.0.1:1/"
    asked_about(SlackTopic, url=dead, again="s")
    assert not Channel.objects.exists()
    asked_about(SlackTopic, url=dead, again="k")
    assert Channel.objects.get().name == "Slack"


@pytest.mark.django_db
def test_a_letter_is_sent(asked_about: Callable[..., Person]) -> None:
    with receiving_mail(Mailbox()) as mailbox:
        address = f"smtp://127.0.0.1:{mailbox.port}"
        person = asked_about(EmailTopic, to="ops@example.com", url=address)
    assert mailbox.recipients == [["ops@example.com"]]
    assert "kept: channel E-mail" in person.all


@pytest.fixture
def bucket() -> Iterator[dict[str, str]]:
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    yield {
        "bucket": f"backups-{uuid.uuid4().hex}",
        "endpoint_url": "http://{}:{}".format(*moto.get_host_and_port()),
        "region": "us-east-1",
        "access_key_id": "AKIATEST",
        "secret_access_key": SECRET,
    }
    moto.stop()


@pytest.mark.django_db
def test_a_bucket_is_written_to_and_read_before_the_plan_goes_there(
    asked_about: Callable[..., Person], bucket: dict[str, str], tmp_path: Any
) -> None:
    make_backup_defaults(tmp_path, {})
    missing = asked_about(BucketTopic, **bucket, again="s")
    assert "it does not work" in missing.all
    assert Plan.objects.get().destinations.count() == 1
    from backups.destinations.s3 import S3

    S3(**bucket)._client.create_bucket(Bucket=bucket["bucket"])
    person = asked_about(BucketTopic, **bucket)
    assert "read and deleted again" in person.all
    row = PlanDestination.objects.get(kind="s3")
    assert SECRET not in person.all + row.secrets + str(row.settings)
    assert list(destination_of(row).listed("")) == []
    assert Plan.objects.get().destinations.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("topic", "slug", "answers"),
    [
        (TradierTopic, "tradier", {"token": SECRET}),
        (AlpacaTopic, "alpaca", {"key_id": "AK1", "secret_key": SECRET}),
        (AlpacaTopic, "alpaca-paper", {"key_id": "PK1", "secret_key": SECRET}),
    ],
)
def test_a_market_clock_is_asked_with_the_credentials_and_its_check_turned_on(
    asked_about: Callable[..., Person],
    monkeypatch: pytest.MonkeyPatch,
    topic: type,
    slug: str,
    answers: dict[str, str],
) -> None:
    make_checks()
    heard: list[str] = []

    def answer(connection: Any) -> None:
        request = connection.recv(65536).decode()
        heard.append(request)
        body = json.dumps({"clock": {"state": "open"}, "is_open": True}).encode()
        connection.sendall(http(body if SECRET in request else b"", "200 OK"))

    with serving(answer) as port:
        url, preset = f"http://127.0.0.1:{port}/clock", presets.PRESETS[slug]
        monkeypatch.setitem(
            presets.PRESETS, slug, replace(preset, settings={**preset.settings, "url": url})
        )
        person = asked_about(topic, **answers)
    assert "kept: check" in person.all, person.all
    assert SECRET in heard[0]
    check = Check.objects.get(slug=slug.partition("-")[0])
    assert check.enabled
    assert check.settings["url"] == url
    assert SECRET not in person.all + check.secrets + str(check.settings)
    assert "has credentials" in asked_about(topic).all
