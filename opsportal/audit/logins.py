"""Who came, went, failed to come in or was locked out."""

from __future__ import annotations

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from opsportal.audit.actions import Action
from opsportal.audit.actors import Actor
from opsportal.audit.writing import note
from opsportal.lib.client_address import client_address


def connect() -> None:
    user_logged_in.connect(_in, dispatch_uid="audit")
    user_logged_out.connect(_out, dispatch_uid="audit")
    user_login_failed.connect(_failed, dispatch_uid="audit")
    user_locked_out.connect(_locked, dispatch_uid="audit")


def _in(request: HttpRequest | None, user: Any, **_: Any) -> None:
    _note("logged in", user.get_username(), request)


def _out(request: HttpRequest | None, user: Any, **_: Any) -> None:
    if user is not None:
        _note("logged out", user.get_username(), request)


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    # Somebody may have typed the password in the place of the name: no more of it than names have.
    _note("failed to log in", str(credentials.get("username", ""))[:30], request)


def _locked(request: HttpRequest, username: str, **_: Any) -> None:
    _note("locked out", username[:30], request)


def _note(action: Action, name: str, request: HttpRequest | None) -> None:
    # Without an address it is a test or a script that logs in by itself.
    address = client_address(request.META) if request is not None else ""
    if address:
        note(action, by=Actor(name, address))
