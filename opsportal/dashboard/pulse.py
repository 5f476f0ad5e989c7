"""Tells an open dashboard within a second that something changed state.

A cheap question asked every second, not server-sent events: the web server has a handful of threads
(WSGI), and a stream would hold one for as long as a page is open, so that a few dashboards would
lock everybody out. The answer is made once a second for all who ask, and whoever asks is known by a
signature that the page carries: neither session nor user is read.
"""

from __future__ import annotations

import hashlib

from django.core import signing
from django.db import DatabaseError
from django.db.models import Max, Model, Value
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from alerts.models import AlertEvent
from backups.models import Backup
from monitoring.models import Annotation, Blindness, Transition
from opsportal.health.shared import Shared

HEADER = "X-Dashboard-Key"
# A page that is open for longer goes on without: it refreshes every 30 seconds all the same, and
# each refresh brings a new key.
KEY_SECONDS = 3600
_NEWEST: tuple[tuple[type[Model], str], ...] = (
    (Transition, "pk"),
    (AlertEvent, "pk"),
    (Annotation, "pk"),
    (Blindness, "pk"),
    (Backup, "finished_ms"),
)
_SALT = "opsportal.dashboard.pulse"


def new_key() -> str:
    return signing.dumps("dashboard", salt=_SALT)


def read_version() -> str:
    """Changes with every change of state. One query, five look-ups in indexes. Raises
    DatabaseError."""
    first, *others = (
        model._default_manager.order_by()
        .values(_one=Value(1))
        .annotate(place=Value(place), newest=Max(name))
        .values_list("place", "newest")
        for place, (model, name) in enumerate(_NEWEST)
    )
    seen = sorted(first.union(*others, all=True))
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


shared_version: Shared[str] = Shared(read_version, keep_seconds=0.5)


@never_cache
@require_safe
def pulse(request: HttpRequest) -> JsonResponse:
    try:
        signing.loads(request.headers.get(HEADER, ""), salt=_SALT, max_age=KEY_SECONDS)
    except signing.BadSignature:
        return JsonResponse({"detail": "The key of this page is not valid any more."}, status=403)
    try:
        return JsonResponse({"version": shared_version.get()})
    except DatabaseError:
        return JsonResponse({"detail": "The database does not answer."}, status=503)
