"""The channels that the environment asks for."""

from __future__ import annotations

from opsportal.env import Environment
from opsportal.lib.mail_server import server_from
from opsportal.standalone.channels.base import Channel
from opsportal.standalone.channels.email import Email
from opsportal.standalone.channels.slack import Slack


def channels_from(environment: Environment) -> list[Channel]:
    """Raises ValueError that names the variable."""
    found: list[Channel] = []
    slack = environment.text("SLACK_WEBHOOK_URL")
    if slack:
        if not slack.startswith(("http://", "https://")):
            raise ValueError("SLACK_WEBHOOK_URL must begin with https://")
        found.append(Slack(slack))
    to = environment.words("ALERT_EMAIL_TO", [])
    if to:
        try:
            server = server_from(environment.text("EMAIL_URL", "smtp://localhost:25"))
        except ValueError as error:
            raise ValueError(f"EMAIL_URL {error}") from None
        if any("@" not in each or not each.isprintable() for each in to):
            raise ValueError("ALERT_EMAIL_TO must be e-mail addresses, with commas between them")
        found.append(Email(server, to))
    return found
