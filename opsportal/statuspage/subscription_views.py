"""Subscribing, confirming, unsubscribing. Without session or cookie; a link's signature says who
may act. Following a link only shows a button: mail scanners follow links, too."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from opsportal.statuspage import links, subscribing
from opsportal.statuspage.addresses import cleaned
from opsportal.statuspage.models import Page
from opsportal.statuspage.reading import utc_now

# Nothing is done with a cookie, so that another site has nothing to abuse.
asks = csrf_exempt
_SENT = (
    "Look into your mailbox: within a few minutes there is a mail with a link, unless one was sent "
    "to this address within the hour."
)


@asks
@never_cache
@require_POST
def subscribe(request: HttpRequest) -> HttpResponse:
    page = _open_page()
    given = request.POST.get("email", "")
    try:
        subscribing.subscribe(page, cleaned(given), utc_now())
    except ValidationError as error:
        shown = {"wrong": " ".join(error.messages), "given": given[:254]}
        return _answer(request, page, "Subscribe", status=400, **shown)
    except subscribing.TooManyError:
        told = "Too many people subscribe at this moment. Try again in an hour."
        return _answer(request, page, "Not now", told, status=503)
    return _answer(request, page, "Almost done", _SENT)


@asks
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    page = _open_page()
    try:
        if request.method != "POST":
            links.subscriber_to_confirm(token)
            return _answer(request, page, "Confirm your subscription", button="Confirm")
        email = subscribing.confirm(token, utc_now())
    except links.BadLinkError as error:
        return _answer(request, page, "This did not work", str(error), status=400)
    return _answer(request, page, "You are subscribed", f"Updates are sent to {email}.")


@asks
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Works also when the page is not published any more."""
    try:
        if request.method != "POST":
            links.subscriber_to_end(token)
            return _answer(request, None, "Unsubscribe", button="Unsubscribe")
        subscribing.unsubscribe(token)
    except links.BadLinkError as error:
        return _answer(request, None, "This did not work", str(error), status=400)
    return _answer(request, None, "You are unsubscribed", "Your address was deleted.")


def _open_page() -> Page:
    try:
        page = subscribing.open_page()
    except DatabaseError:
        page = None
    if page is None:
        raise Http404
    return page


def _answer(
    request: HttpRequest,
    page: Page | None,
    heading: str,
    told: str = "",
    *,
    status: int = 200,
    **shown: Any,
) -> HttpResponse:
    context = {"page": page, "heading": heading, "told": told, **shown}
    return render(request, "statuspage/subscription.html", context, status=status)
