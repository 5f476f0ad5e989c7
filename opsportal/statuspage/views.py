"""The published page: no session, no user, no query but by the one that makes it anew."""

from __future__ import annotations

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from opsportal.statuspage import copy
from opsportal.statuspage.cache import Kept
from opsportal.statuspage.rendering import Rendered, render_all

FRESH_SECONDS = 10


def _make() -> Rendered | None:
    rendered = render_all()
    copy.write(rendered)
    return rendered


KEPT: Kept[Rendered | None] = Kept(_make, FRESH_SECONDS, load=copy.read)


def forget(**_: object) -> None:
    KEPT.forget()
    copy.write(None)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    return _answer(_rendered().html, "text/html; charset=utf-8")


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    answer = _answer(_rendered().json, "application/json")
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    return _answer(_rendered().atom, "application/atom+xml; charset=utf-8")


@require_safe
def style(request: HttpRequest) -> HttpResponse:
    return _answer(_rendered().css, "text/css; charset=utf-8")


@require_safe
def logo(request: HttpRequest) -> HttpResponse:
    rendered = _rendered()
    if rendered.logo is None:
        raise Http404
    return _answer(rendered.logo, rendered.logo_type)


@require_safe
def badge(request: HttpRequest, slug: str = "") -> HttpResponse:
    drawn = _rendered().badges.get(slug)
    if drawn is None:
        raise Http404
    answer = _answer(drawn, "image/svg+xml")
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


def _rendered() -> Rendered:
    try:
        rendered = KEPT.get()
    except DatabaseError:
        raise Http404 from None  # as if unpublished: nothing is known of what may be shown
    if rendered is None:
        raise Http404
    return rendered


def _answer(content: bytes, content_type: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=content_type)
    answer["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
    return answer
