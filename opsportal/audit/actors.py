"""Who acts: the request being answered, else the command being run."""

from __future__ import annotations

import getpass
import sys
from contextvars import ContextVar
from pathlib import Path
from typing import NamedTuple

from django.http import HttpRequest

from opsportal.lib.client_address import client_address
from opsportal.models import ApiToken

# Their changes are the portal's own bookkeeping.
_BACKGROUND = frozenset({"worker", "beat", "portal", "migrate", "test"})
_current: ContextVar[Asking | None] = ContextVar("audited_request", default=None)


class Asking:
    """A request, and whether an entry tells of it already."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.told = False


class Actor(NamedTuple):
    name: str
    address: str


current = _current.get
enter = _current.set
leave = _current.reset


def actor() -> Actor | None:
    """None: nobody whose doings are recorded."""
    asking = current()
    if asking is not None:
        return of_request(asking.request)
    return _of_command(sys.argv)


def of_request(request: HttpRequest) -> Actor | None:
    address = client_address(request.META)
    auth = getattr(request, "auth", None)
    if isinstance(auth, ApiToken):
        return Actor(f"token {auth}", address)
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return Actor(user.get_username(), address)
    match = request.resolver_match
    return Actor("signed link", address) if match and "token" in match.kwargs else None


def _of_command(argv: list[str]) -> Actor | None:
    if Path(argv[0]).name != "manage.py" or len(argv) < 2 or argv[1] in _BACKGROUND:
        return None
    try:
        who = getpass.getuser()
    except (OSError, KeyError):  # a user without a name, as containers have
        who = "somebody"
    return Actor(f"{who}: manage.py {argv[1]}", "")
