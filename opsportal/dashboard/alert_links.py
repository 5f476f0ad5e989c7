"""Where the signed links of messages lead. To look changes nothing: scanners of mail follow links;
only the button does something. The signature stands for the login."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from alerts import acting
from alerts.links import ExpiredLinkError, alert_of
from alerts.models import Alert

_BY = "a link in a message"


def _acknowledge(alert: Alert, by: str) -> str:
    done = acting.acknowledge(alert, by)
    return "Acknowledged." if done else "Somebody has acknowledged it already, or it is over."


def _silence(alert: Alert, by: str) -> str:
    acting.silence_alert(alert, acting.HOUR_SECONDS, by)
    return "Silenced for an hour."


_ACTIONS: dict[str, tuple[str, Callable[[Alert, str], str]]] = {
    "acknowledge": ("Acknowledge", _acknowledge),
    "silence": ("Silence for an hour", _silence),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def from_message(request: HttpRequest, action: str, token: str) -> HttpResponse:
    label, do = _ACTIONS[action]
    context = {**admin.site.each_context(request), "title": label, "label": label}
    try:
        alert = get_object_or_404(Alert, pk=alert_of(token, action))
    except ExpiredLinkError as error:
        return _refused(request, context, f"{error}. Open the alert in the portal.", 410)
    except ValueError as error:
        return _refused(request, context, f"{error}.", 400)
    done = ""
    if request.method == "POST":
        by = str(request.user) if request.user.is_authenticated else _BY
        done = do(alert, by)
    return render(request, "dashboard/alert_link.html", {**context, "alert": alert, "done": done})


def _refused(
    request: HttpRequest, context: dict[str, object], problem: str, status: int
) -> HttpResponse:
    shown = {**context, "problem": problem}
    return render(request, "dashboard/alert_link.html", shown, status=status)
