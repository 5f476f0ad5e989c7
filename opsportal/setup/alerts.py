"""The default thresholds, routes and channels: created once, never overwritten afterwards."""

from django.conf import settings

from alerts.defaults import make_defaults
from opsportal.lib.kinds import SettingsError
from opsportal.setup.step import Outcome, Report, SetupError


def make_alerts() -> Report:
    try:
        made = make_defaults(
            settings.SLACK_WEBHOOK_URL, settings.ALERT_EMAIL_TO, settings.EMAIL_URL
        )
    except SettingsError as error:
        raise SetupError(
            f"SLACK_WEBHOOK_URL, ALERT_EMAIL_TO or EMAIL_URL cannot be used: {error}"
        ) from None
    if not made:
        return Report(Outcome.ALREADY, "thresholds, routes and channels")
    return Report(Outcome.DONE, f"alerts ({', '.join(made)})")
