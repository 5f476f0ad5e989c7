"""The chain: each entry's hash covers what it says and the hash before it.

Entries are written with what they tell of, in one transaction, and sealed after its commit. To
seal at once would hold the chain's lock for as long as that transaction lasts, and two of them
could wait for each other.
"""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import UTC
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, QuerySet

from opsportal.audit.models import AuditEntry, AuditHead

logger = logging.getLogger(__name__)
_SAID = ("actor", "address", "action", "object_type", "object_id", "object_name", "changes")


class Verdict(NamedTuple):
    """`broken_at` is the first position that does not fit; None where all do."""

    length: int
    head: str
    broken_at: int | None
    reason: str


def link(entry: AuditEntry, position: int, before: str) -> str:
    said = {name: getattr(entry, name) for name in _SAID}
    said |= {"time": entry.time.astimezone(UTC).isoformat(), "position": position}
    text = json.dumps(said, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()


def seal() -> int:
    """Chains what is not chained yet; how many. Raises DatabaseError."""
    with transaction.atomic():
        head = _locked_head()
        # Read under the lock, so that nobody else seals the same.
        entries = list(AuditEntry.objects.filter(position=None).order_by("id"))
        for entry in entries:
            head.position += 1
            head.hash = link(entry, head.position, head.hash)
            _unguarded(entry).update(position=head.position, hash=head.hash)
        if entries:
            head.save(update_fields=["position", "hash"])
    if entries:
        # Kept wherever logs are kept, it tells when the end of the chain was cut off.
        logger.info("audit log: position %d, hash %s", head.position, head.hash)
    return len(entries)


def append(entry: AuditEntry) -> None:
    """Writes it sealed, in a transaction of its own. Raises DatabaseError."""
    with transaction.atomic():
        head = _locked_head()
        if head.is_behind:  # type: ignore[attr-defined]
            entry.save()
            seal()
            return
        head.position += 1
        head.hash = link(entry, head.position, head.hash)
        entry.position, entry.hash = head.position, head.hash
        entry.save()
        head.save(update_fields=["position", "hash"])
    logger.info("audit log: position %d, hash %s", head.position, head.hash)


def _locked_head() -> AuditHead:
    """`is_behind`: something waits to be sealed."""
    heads = AuditHead.objects.select_for_update(of=("self",)).annotate(
        is_behind=Exists(AuditEntry.objects.filter(position=None))
    )
    head = heads.filter(pk=1).first()
    if head is None:
        AuditHead.objects.get_or_create(pk=1)
        head = heads.get(pk=1)
    return head


def _unguarded(entry: AuditEntry) -> QuerySet[AuditEntry]:
    """The one change that an entry sees: from not sealed to sealed."""
    return QuerySet[AuditEntry, AuditEntry](AuditEntry).filter(pk=entry.pk, position=None)


def verify(expected_head: str = "") -> Verdict:
    """Reads the whole chain. `expected_head`: a hash noted before, which must still be in it."""
    count, before, seen = 0, "", not expected_head
    for entry in AuditEntry.objects.exclude(position=None).order_by("position").iterator():
        count += 1
        if entry.position != count:
            return Verdict(count - 1, before, count, "entries are missing")
        if link(entry, count, before) != entry.hash:
            return Verdict(count - 1, before, count, "it was changed")
        before = entry.hash
        seen = seen or before == expected_head
    return _ended(count, before, seen)


def _ended(count: int, last: str, seen: bool) -> Verdict:
    head = AuditHead.objects.filter(pk=1).first()
    if (head.position, head.hash) != (count, last) if head else count:
        return Verdict(count, last, count + 1, "the end was cut off")
    if not seen:
        return Verdict(count, last, count + 1, "the expected hash is not in it")
    return Verdict(count, last, None, "")
