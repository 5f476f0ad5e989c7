"""A person's own account: where one is logged in, and the second factor."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from opsportal.access.models import SecondFactor
from opsportal.access.second_factor import is_required
from opsportal.access.sessions import end, end_all, logins_of
from opsportal.audit.writing import note


@never_cache
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    context = {
        **admin.site.each_context(request),
        "title": "Account",
        "logins": logins_of(user, request.session.session_key),
        "factor": SecondFactor.objects.filter(user=user).first(),
        "is_required": is_required(user),
    }
    return render(request, "account/account.html", context)


@require_POST
def end_session(request: HttpRequest) -> HttpResponse:
    """One, or with `others` all but this one."""
    user: Any = request.user
    wanted = request.POST.get("session", "")
    if wanted == "others":
        ended = end_all(user, request.session.session_key)
    else:
        ended = int(end(user, wanted))
    if ended:
        note("ended sessions", name=user.get_username(), changes={"sessions": ended})
    messages.info(request, f"{ended} {'session' if ended == 1 else 'sessions'} ended.")
    return redirect("account")
