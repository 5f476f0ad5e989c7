"""Which series a point belongs to: the rules for metric and labels, and the key made of them."""

import hashlib
import json
import re
from collections.abc import Collection
from functools import lru_cache

from monitoring.catalogue import UnknownMetricError, metric

MAX_LABELS = 16
MAX_LABEL_VALUE_LENGTH = 200
_LABEL_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
# PostgreSQL stores neither NUL nor half of a surrogate pair; the rest would garble a page.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class InvalidSeriesError(ValueError):
    """Says which of metric and labels is wrong, and why."""


# Holds the series of ten thousand checks: one that is too small for a round of them never hits.
# Errors are not cached, so strangers' rubbish takes no memory.
@lru_cache(maxsize=100_000)
def series_key(metric_name: str, labels: tuple[tuple[str, str], ...]) -> str:
    """128 bits in hex: equal for equal metric and labels, in whatever order they are given."""
    try:
        metric(metric_name)
    except UnknownMetricError as error:
        raise InvalidSeriesError(str(error)) from None
    check_labels(labels)
    canonical = json.dumps([metric_name, sorted(labels)], separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()[:32]


def check_labels(labels: Collection[tuple[str, str]]) -> None:
    """Raises InvalidSeriesError."""
    if len(labels) > MAX_LABELS:
        raise InvalidSeriesError(f"{len(labels)} labels; at most {MAX_LABELS} are allowed")
    for name, value in labels:
        _check_label(name, value)


def _check_label(name: object, value: object) -> None:
    if not isinstance(name, str) or not _LABEL_NAME.fullmatch(name):
        shown = repr(name)[:100]
        raise InvalidSeriesError(f"label name {shown} does not match {_LABEL_NAME.pattern}")
    if not isinstance(value, str):
        raise InvalidSeriesError(f"label {name} is not a string")
    if len(value) > MAX_LABEL_VALUE_LENGTH:
        limit = MAX_LABEL_VALUE_LENGTH
        raise InvalidSeriesError(f"label {name} has {len(value)} characters; at most {limit}")
    if _UNPRINTABLE.search(value):
        raise InvalidSeriesError(f"label {name} has control characters or broken Unicode")
