"""Links in mail to subscribers. Signed: who has one may act for its subscriber, and nobody else."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.urls import reverse

CONFIRM_SECONDS = 2 * 86_400
_CONFIRM, _END = "statuspage.confirm", "statuspage.unsubscribe"


class BadLinkError(ValueError):
    """Why it does not work, in words for whoever followed it."""


def confirm_url(subscriber_pk: int) -> str:
    return _url("confirm", signing.dumps(subscriber_pk, salt=_CONFIRM))


def unsubscribe_url(subscriber_pk: int) -> str:
    """Good for ever: whoever finds an old mail must be able to end it."""
    return _url("unsubscribe", signing.dumps(subscriber_pk, salt=_END))


def page_url() -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}{reverse('statuspage:page')}/"


def subscriber_to_confirm(token: str) -> int:
    """Raises BadLinkError."""
    return _read(token, _CONFIRM, CONFIRM_SECONDS)


def subscriber_to_end(token: str) -> int:
    """Raises BadLinkError."""
    return _read(token, _END, None)


def _read(token: str, salt: str, most_seconds: int | None) -> int:
    try:
        return int(signing.loads(token, salt=salt, max_age=most_seconds))
    except signing.SignatureExpired:
        raise BadLinkError("This link has run out. Subscribe again.") from None
    except (signing.BadSignature, TypeError, ValueError):
        raise BadLinkError("This link is not one of ours. Was it copied in full?") from None


def _url(name: str, token: str) -> str:
    return settings.PUBLIC_URL.rstrip("/") + reverse(f"statuspage:{name}", args=[token])
