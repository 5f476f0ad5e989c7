"""Annotations: what was done to the system, for those who look at its charts."""

from __future__ import annotations

import time
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from monitoring.models import Annotation

MOST_TAGS = 20
TAG_LENGTH = 50
Kind = Annotation.Kind


def annotate(
    kind: Kind,
    text: str,
    *,
    time_ms: int | None = None,
    end_ms: int | None = None,
    tags: Iterable[str] = (),
    by: str = "",
) -> Annotation:
    """From now where no time is given. A text that is too long is cut: what is told of a deployment
    must not make it fail."""
    moment_ms = _now_ms() if time_ms is None else time_ms
    length = Annotation._meta.get_field("text").max_length
    return Annotation.objects.create(
        kind=kind,
        text=text[:length],
        time_ms=moment_ms,
        end_ms=end_ms,
        tags=[tag[:TAG_LENGTH] for tag in tags][:MOST_TAGS],
        created_by=by[:150],
    )


def finish(annotation: Annotation, text: str = "", end_ms: int | None = None) -> None:
    """It ended now, or at `end_ms`; `text`, if any, says how it went."""
    annotation.end_ms = max(annotation.time_ms, _now_ms() if end_ms is None else end_ms)
    annotation.text = (text or annotation.text)[:500]
    annotation.save(update_fields=["end_ms", "text"])


def overlapping(start_ms: int, end_ms: int) -> QuerySet[Annotation]:
    """Those that began, or lasted, in between."""
    began = Q(time_ms__gte=start_ms)
    lasted = Q(time_ms__lt=start_ms, end_ms__gte=start_ms)
    return Annotation.objects.filter(began | lasted, time_ms__lt=end_ms)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
