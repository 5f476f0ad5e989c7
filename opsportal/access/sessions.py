"""Who is logged in where. What a page shows of a session stands in the session itself."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.http import HttpRequest

from opsportal.access.agents import in_short
from opsportal.access.second_factor import is_due
from opsportal.lib.client_address import client_address

BEGUN = "begun"
# "due": the password was right, the code is still to come; "passed"; "none": not asked for.
SECOND_FACTOR = "second_factor"


class Login(NamedTuple):
    """`id` names a session without being its key, which would let anybody in."""

    id: str
    begun: datetime | None
    address: str
    agent: str
    is_this: bool

    @property
    def browser(self) -> str:
        return in_short(self.agent)


def begun(request: HttpRequest, user: User, **_: Any) -> None:
    """A receiver of user_logged_in."""
    request.session[BEGUN] = {
        "at": datetime.now(UTC).isoformat(),
        "address": client_address(request.META),
        "agent": request.META.get("HTTP_USER_AGENT", "")[:200],
    }
    request.session[SECOND_FACTOR] = "due" if is_due(user) else "none"


def logins_of(user: User, this_key: str | None) -> list[Login]:
    """The newest first."""
    found = [_login(row, this_key) for row in _rows_of(user)]
    oldest = datetime.min.replace(tzinfo=UTC)
    return sorted(found, key=lambda login: login.begun or oldest, reverse=True)


def end(user: User, wanted: str) -> bool:
    """The session of this id, if it is one of this user's."""
    keys = [row.session_key for row in _rows_of(user) if id_of(row.session_key) == wanted]
    return bool(keys) and Session.objects.filter(pk__in=keys).delete()[0] > 0


def end_all(user: User, but_key: str | None = None) -> int:
    keys = [row.session_key for row in _rows_of(user) if row.session_key != but_key]
    return Session.objects.filter(pk__in=keys).delete()[0]


def id_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _rows_of(user: User) -> list[Session]:
    """Reads every session that has not run out: one for each browser, not for each look."""
    rows = Session.objects.filter(expire_date__gt=datetime.now(UTC)).iterator()
    return [row for row in rows if row.get_decoded().get(SESSION_KEY) == str(user.pk)]


def _login(row: Session, this_key: str | None) -> Login:
    told = row.get_decoded().get(BEGUN) or {}
    at = told.get("at")
    return Login(
        id_of(row.session_key),
        datetime.fromisoformat(at) if at else None,
        told.get("address", ""),
        told.get("agent", ""),
        row.session_key == this_key,
    )
