"""Slack and e-mail: a made-up alert goes the whole way through the channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from alerts.defaults import make_channel
from alerts.deliveries import queue_test
from alerts.editing import save_channel
from alerts.models import Channel, DeliveryStatus
from alerts.outbox import deliver_now
from opsportal.setup.topics.base import Question, RefusedError, Topic


class ChannelTopic(Topic):
    kind: ClassVar[str]

    def already(self) -> str:
        channel = Channel.objects.filter(kind=self.kind).first()
        return f"the channel “{channel.name}” is there; edit it in the admin" if channel else ""

    def test(self, answers: Mapping[str, str]) -> str:
        """By a channel of its own, on no route, which is gone again afterwards."""
        channel = Channel(name=f"{self.title} (on trial)"[:100], kind=self.kind)
        save_channel(channel, _given(answers))
        try:
            delivery = deliver_now(queue_test(channel, by="set-up").pk)
        finally:
            channel.delete()
        if delivery.status != DeliveryStatus.SENT:
            raise RefusedError(delivery.error or str(delivery.status))
        return "a test message was taken"

    def keep(self, answers: Mapping[str, str]) -> str:
        return f"channel {make_channel(self.kind, _given(answers)).name}, which hears every alert"


class SlackTopic(ChannelTopic):
    kind, title = "slack", "Slack"
    questions = (Question("url", "Webhook URL (https://hooks.slack.com/services/…)", True),)


class EmailTopic(ChannelTopic):
    kind, title = "email", "E-mail"
    questions = (
        Question("to", "Addresses that hear of alerts, with commas"),
        Question("url", "Mail server (smtp://USER:PASSWORD@HOST:PORT or smtps://…)", True),
    )


def _given(answers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in answers.items() if value}
