"""API tokens: made once, shown once, kept only as a digest."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.contrib.auth.models import User
from django.db import DatabaseError
from django.db.models import Q

from opsportal.models import ApiToken, Scope

MARK = "ops_"
# A write for each request would cost more than the request.
USE_NOTED_EVERY = timedelta(minutes=1)


class Refusal(StrEnum):
    """Why a token is not accepted, in the words that its owner reads."""

    UNKNOWN = "This token is unknown. Make one with: manage.py token NAME"
    EXPIRED = "This token has expired. Make a new one."
    REVOKED = "This token was revoked."


def make_token(
    name: str,
    scope: Scope = Scope.READ,
    expires_at: datetime | None = None,
    created_by: User | None = None,
) -> tuple[ApiToken, str]:
    """The row and the token itself, which nobody can find out afterwards."""
    token = ApiToken(name=name, scope=scope, expires_at=expires_at, created_by=created_by)
    secret = renew(token)
    token.save()
    return token, secret


def renew(token: ApiToken) -> str:
    """Gives the unsaved row a new secret and returns it."""
    secret = MARK + secrets.token_urlsafe(32)
    token.prefix, token.digest = secret[:8], digest(secret)
    return secret


def digest(secret: str) -> str:
    """256 random bits cannot be guessed, however fast the hash is."""
    return hashlib.sha256(secret.encode()).hexdigest()


def find_token(secret: str, now: datetime) -> ApiToken | Refusal:
    """Raises DatabaseError."""
    token = ApiToken.objects.filter(digest=digest(secret)).first()
    return Refusal.UNKNOWN if token is None else refusal(token, now) or token


def refusal(token: ApiToken, now: datetime) -> Refusal | None:
    if token.revoked_at is not None:
        return Refusal.REVOKED
    if token.expires_at is not None and token.expires_at <= now:
        return Refusal.EXPIRED
    return None


def note_use(token: ApiToken, now: datetime) -> None:
    """A busy database must not fail the request for the sake of this note."""
    due = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_NOTED_EVERY)
    if token.last_used_at is None or token.last_used_at < now - USE_NOTED_EVERY:
        try:
            ApiToken.objects.filter(due, pk=token.pk).update(last_used_at=now)
        except DatabaseError:
            return


def allows(token: ApiToken, needed: str) -> bool:
    """Who may write may read; pings are a right of their own."""
    return token.scope == needed or (token.scope == Scope.WRITE and needed == Scope.READ)


def is_ping_key(secret: str) -> bool:
    """Whether heartbeats may be pinged with it. Raises DatabaseError."""
    now = datetime.now(UTC)
    found = find_token(secret, now)
    if isinstance(found, Refusal) or not allows(found, Scope.PING):
        return False
    note_use(found, now)
    return True
