"""What cells of the admin's lists show of backups: chips, moments, sizes, and their trend."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from backups.command_line import human
from backups.models import UNDER_WAY, Backup, BackupStatus, Proof

# In the colours that checks have for their states (static/css/checks.css).
_STATUSES = {BackupStatus.VERIFIED: "up", BackupStatus.FAILED: "down"}
_PROOFS = {Proof.RESTORED: "up", Proof.CHECKSUM: "degraded"}
_TOGETHER = "\N{NO-BREAK SPACE}"
_WIDTH, _HEIGHT, _ROOM = 120, 24, 2


def chip(word: str, colour: str, title: str = "") -> SafeString:
    return format_html(
        '<span class="chip" data-status="{}" title="{}">{}</span>', colour, title, word
    )


def status_chip(status: str, error: str = "") -> SafeString:
    return chip(status, _STATUSES.get(BackupStatus(status), "unknown"), error)


def proof_chip(proof: str) -> SafeString:
    known = Proof(proof)
    word = "not proved" if known == Proof.NONE else proof
    return chip(word, _PROOFS.get(known, "unknown"), str(known.label))


def moment(time_ms: int | None) -> SafeString | str:
    """How long ago; the time itself on hover."""
    if time_ms is None:
        return ""
    at, now = datetime.fromtimestamp(time_ms / 1000, UTC), datetime.now(UTC)
    ago = "now" if now - at < timedelta(minutes=1) else f"{timesince(at, now, depth=1)} ago"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(),
        at.strftime("%Y-%m-%d %H:%M:%S UTC"),
        ago,
    )


def size(size_bytes: int | None) -> str:
    return "" if size_bytes is None else human(size_bytes).replace(" ", _TOGETHER)


def seconds(value: float | None) -> str:
    """Such as "4.2 s", "95 s", "12 min 5 s" or "2 h 10 min"."""
    if value is None:
        return ""
    if value < 100:
        return f"{value:.{1 if value < 10 else 0}f}{_TOGETHER}s"
    minutes, rest = divmod(round(value), 60)
    parts = [(minutes // 60, "h"), (minutes % 60, "min")] if minutes >= 60 else [(minutes, "min")]
    parts += [(rest, "s")] if minutes < 60 else []
    return _TOGETHER.join(f"{count}{_TOGETHER}{unit}" for count, unit in parts if count)


def progress(backup: Backup) -> SafeString | str:
    """Of one that is under way. The page looks again for what bears the same mark, and is loaded
    anew when that is gone."""
    if backup.status not in UNDER_WAY:
        return ""
    mark, words = f"{backup.pk} {backup.status}", progress_in_words(backup)
    if not backup.expected_bytes:
        return format_html('<span data-live="{}">{}</span>', mark, words)
    # What is expected is an estimate: it may come to more.
    return format_html(
        '<span data-live="{}">{} '
        '<progress aria-label="Progress" max="{}" value="{}"></progress></span>',
        *(mark, words, backup.expected_bytes, min(backup.done_bytes, backup.expected_bytes)),
    )


def progress_in_words(backup: Backup) -> str:
    """Such as "dumping, 12 MB of about 90 MB, 4 MB/s, 20 s left"."""
    if backup.status == BackupStatus.QUEUED:
        return "waiting for a worker"
    of = f" of about {human(backup.expected_bytes)}" if backup.expected_bytes else ""
    told = [backup.stage or "starting", f"{human(backup.done_bytes)}{of}"]
    if backup.cancel_asked:
        told.insert(0, "being cancelled")
    if backup.bytes_per_second is not None:
        told.append(f"{human(backup.bytes_per_second)}/s")
    if backup.seconds_left is not None:
        told.append(f"{_long(backup.seconds_left)} left")
    return ", ".join(told)


def _long(value: float) -> str:
    """Rounded up, so that it never says that nothing is left."""
    whole = math.ceil(value)
    if whole < 100:
        return f"{whole} s"
    return f"{math.ceil(whole / 60)} min" if whole < 6000 else f"{math.ceil(whole / 3600)} h"


def trend(sizes: Sequence[int]) -> SafeString | str:
    """A line from the oldest to the newest; its words are for who cannot see it."""
    if len(sizes) < 2:
        return ""
    words = f"From {human(sizes[0])} to {human(sizes[-1])} in {len(sizes)} backups"
    return format_html(
        '<svg role="img" aria-label="{}" width="{}" height="{}" viewBox="0 0 {} {}">'
        '<path d="{}" fill="none" stroke="currentColor" stroke-width="1.5"/></svg>',
        *(words, _WIDTH, _HEIGHT, _WIDTH, _HEIGHT, _line(sizes)),
    )


def _line(sizes: Sequence[int]) -> str:
    """From zero, so that a small change looks small."""
    step, top = _WIDTH / (len(sizes) - 1), max(sizes) or 1
    height = _HEIGHT - 2 * _ROOM
    points = [
        f"{index * step:.1f} {_ROOM + height * (1 - each / top):.1f}"
        for index, each in enumerate(sizes)
    ]
    return f"M{'L'.join(points)}"


def now_ms() -> int:
    return time.time_ns() // 1_000_000
