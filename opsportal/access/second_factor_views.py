"""The code after the password, and how one comes to have such codes."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

import segno
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from opsportal.access.models import SecondFactor
from opsportal.access.second_factor import (
    Outcome,
    is_required,
    matching_step,
    new_secret,
    prove,
    set_up,
)
from opsportal.access.sessions import SECOND_FACTOR, end_all
from opsportal.audit.writing import note

_OFFERED = "second_factor_offered"


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  (login_required; for mypy)
    return request.user


def _page(request: HttpRequest, template: str, title: str, **more: object) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": title,
        "has_permission": False,  # no way past this page in its header
        "is_nav_sidebar_enabled": False,
        **more,
    }
    return render(request, f"account/{template}.html", context)


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    hosts = {request.get_host()}
    return wanted if url_has_allowed_host_and_scheme(wanted, hosts, request.is_secure()) else "/"


@never_cache
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    if request.session.get(SECOND_FACTOR) == "passed":
        return redirect(_next(request))
    user = _user(request)
    if not SecondFactor.objects.filter(user=user).exists():
        return redirect("factor-set-up")
    told = ""
    if request.method == "POST":
        outcome = prove(user, request.POST.get("code", ""), datetime.now(UTC))
        if outcome in {Outcome.RIGHT, Outcome.RECOVERED}:
            return _passed(request, user, outcome)
        note("failed the code", name=user.get_username())
        told = str(outcome)
    return _page(request, "second_factor", "Second factor", next=_next(request), told=told)


def _passed(request: HttpRequest, user: User, outcome: Outcome) -> HttpResponse:
    # What is worth more than before gets a new name.
    request.session.cycle_key()
    request.session[SECOND_FACTOR] = "passed"
    if outcome == Outcome.RECOVERED:
        left = len(SecondFactor.objects.get(user=user).recovery_digests)
        note("used a recovery code", name=user.get_username(), changes={"left": left})
        messages.warning(request, f"{outcome} {left} are left.")
    return redirect(_next(request))


@never_cache
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Shows a secret, and believes it when a code of it comes back."""
    user = _user(request)
    has_one = SecondFactor.objects.filter(user=user).exists()
    if has_one and request.session.get(SECOND_FACTOR) != "passed":
        return redirect("second-factor")  # the one there is comes first
    if request.method == "POST" and _OFFERED in request.session:
        secret, now = request.session[_OFFERED], datetime.now(UTC)
        step = matching_step(secret, request.POST.get("code", "").strip(), 0, now)
        if step is not None:
            return _set_up(request, user, secret, step, now)
        return _offer(request, user, secret, "This code is wrong.")
    return _offer(request, user, new_secret(), "")


def _offer(request: HttpRequest, user: User, secret: str, told: str) -> HttpResponse:
    request.session[_OFFERED] = secret
    name = quote(f"OpsPortal:{user.get_username()}")
    address = f"otpauth://totp/{name}?secret={secret}&issuer=OpsPortal"
    picture = segno.make(address).svg_data_uri(scale=5, border=4, light="#fff")
    return _page(
        request,
        "second_factor_set_up",
        "Set up a second factor",
        secret=secret,
        picture=picture,
        told=told,
        is_required=is_required(user),
    )


def _set_up(
    request: HttpRequest, user: User, secret: str, step: int, now: datetime
) -> HttpResponse:
    codes = set_up(user, secret, step, now)
    del request.session[_OFFERED]
    request.session.cycle_key()
    request.session[SECOND_FACTOR] = "passed"
    # Whoever is logged in elsewhere has not proved it.
    end_all(user, request.session.session_key)
    note("set up", name=f"second factor of {user.get_username()}")
    return _page(request, "recovery_codes", "Recovery codes", codes=codes)


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    user = _user(request)
    if is_required(user):
        messages.error(request, "One of your roles requires a second factor.")
        return redirect("account")
    if request.session.get(SECOND_FACTOR) != "passed":
        return redirect("second-factor")
    if prove(user, request.POST.get("code", ""), datetime.now(UTC)) in {
        Outcome.RIGHT,
        Outcome.RECOVERED,
    }:
        SecondFactor.objects.filter(user=user).delete()
        request.session[SECOND_FACTOR] = "none"
        note("removed", name=f"second factor of {user.get_username()}")
        messages.info(request, "The second factor is removed.")
    else:
        messages.error(request, "This code is wrong, or was used before.")
    return redirect("account")
