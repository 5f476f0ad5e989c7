"""What each user prefers on the dashboard: how often it is refreshed."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from opsportal.models import Preference

KEY = "refresh_seconds"
DEFAULT_SECONDS = 30
CHOICES = {5: "5 s", 10: "10 s", 30: "30 s", 60: "1 min", 300: "5 min"}


def refresh_seconds(request: HttpRequest) -> int:
    """From the session, which is read anyway: no query of its own."""
    known = request.session.get(KEY)
    return int(known) if known in CHOICES else DEFAULT_SECONDS


def remember(sender: object, request: HttpRequest | None, user: User, **_: object) -> None:
    """At each login the session is told what the user prefers."""
    row = Preference.objects.filter(user_id=user.pk).first()
    if row and request is not None:
        request.session[KEY] = row.refresh_seconds


@require_POST
def set_refresh(request: HttpRequest) -> JsonResponse:
    """400 for what is not among the choices."""
    if not admin.site.has_permission(request):
        return JsonResponse({"detail": "Your session has ended. Log in again."}, status=401)
    text = request.POST.get("seconds", "")
    seconds = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
    if seconds not in CHOICES:
        allowed = ", ".join(map(str, CHOICES))
        return JsonResponse({"detail": f"seconds: one of {allowed}"}, status=400)
    Preference.objects.update_or_create(
        user_id=request.user.pk, defaults={"refresh_seconds": seconds}
    )
    request.session[KEY] = seconds
    return JsonResponse({"refresh_seconds": seconds})
