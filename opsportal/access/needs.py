"""What a page needs, and the sentence for who lacks it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# The dashboard shows something of all of these.
DASHBOARD = (
    "monitoring.view_series",
    "monitoring.view_check",
    "alerts.view_alert",
    "backups.view_backup",
)
View = Callable[..., HttpResponseBase]


def missing(user: User | AnonymousUser, permissions: tuple[str, ...]) -> str:
    """Empty, or why not."""
    lacking = [each for each in permissions if not user.has_perm(each)]
    return reason(lacking) if lacking else ""


def reason(lacking: list[str]) -> str:
    named = [f"“{each}”" for each in lacking]
    words = " and ".join([*([", ".join(named[:-1])] if named[1:] else []), named[-1]])
    what, it = ("permission", "it") if len(lacking) == 1 else ("permissions", "them")
    return f"You lack the {what} {words}. An administrator can give you a role that has {it}."


def needs(*permissions: str) -> Callable[[View], View]:
    """Raises PermissionDenied with the reason, which the page of the error shows."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            refused = missing(request.user, permissions)
            if refused:
                raise PermissionDenied(refused)
            return view(request, *args, **kwargs)

        return guarded

    return decorate
