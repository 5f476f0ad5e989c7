"""Links in messages: absolute, and those that act are signed and expire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core import signing

from alerts import paths

MAX_AGE_SECONDS = 7 * 86_400
# What a moment is looked at with.
_AROUND = timedelta(minutes=30)


class ExpiredLinkError(ValueError):
    """The link was good once."""


def alert_url(alert_id: int) -> str:
    return _absolute(paths.ALERT.format(alert_id=alert_id))


def dashboard_url(time_ms: int) -> str:
    """The dashboard half an hour before and after that moment."""
    moment = datetime.fromtimestamp(time_ms // 1000, UTC)
    start, end = (f"{each:%Y-%m-%dT%H:%M:%SZ}" for each in (moment - _AROUND, moment + _AROUND))
    return _absolute(f"?range=custom&from={start}&to={end}")


def acknowledge_url(alert_id: int) -> str:
    return _absolute(paths.ACKNOWLEDGE.format(token=_token("acknowledge", alert_id)))


def silence_url(alert_id: int) -> str:
    return _absolute(paths.SILENCE.format(token=_token("silence", alert_id)))


def alert_of(token: str, action: str) -> int:
    """The alert that the token is for. Raises ExpiredLinkError, and ValueError for a wrong one."""
    try:
        value = signing.loads(token, salt=_salt(action), max_age=MAX_AGE_SECONDS)
    except signing.SignatureExpired:
        raise ExpiredLinkError("this link has expired") from None
    except signing.BadSignature:
        raise ValueError("this link is not one of the portal's") from None
    return int(value)


def _token(action: str, alert_id: int) -> str:
    return signing.dumps(alert_id, salt=_salt(action))


def _salt(action: str) -> str:
    return f"alerts.{action}"


def _absolute(path: str) -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}/{path}"
