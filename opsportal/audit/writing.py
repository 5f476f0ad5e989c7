"""Writes an entry, and has it sealed after the commit."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from django.db import DatabaseError, models, transaction

from opsportal.audit.actions import Action
from opsportal.audit.actors import Actor, actor, current
from opsportal.audit.chain import append, seal
from opsportal.audit.models import AuditEntry

logger = logging.getLogger(__name__)


def note(
    action: Action,
    *,
    about: models.Model | None = None,
    name: str = "",
    changes: dict[str, Any] | None = None,
    by: Actor | None = None,
) -> None:
    """Nothing where nobody acts. Raises DatabaseError: what is not recorded does not happen."""
    who = by or actor()
    if who is None:
        return
    entry = AuditEntry(
        time=datetime.now(UTC),
        actor=_fitting(who.name, 200),
        address=who.address[:45],
        action=action,
        object_type=about._meta.label_lower if about is not None else "",
        object_id=str(about.pk) if about is not None else "",
        object_name=_fitting(name or (str(about) if about is not None else ""), 200),
        changes=changes or {},
    )
    # What a database makes of numbers in JSON is only known when it is read back.
    if changes or transaction.get_connection().in_atomic_block:
        entry.save()
        transaction.on_commit(_seal)
    else:
        append(entry)
    asking = current()
    if asking is not None:
        asking.told = True


def _fitting(text: str, length: int) -> str:
    """PostgreSQL keeps no null byte."""
    return text.replace("\0", "")[:length]


def _seal() -> None:
    try:
        seal()
    except DatabaseError as error:
        # The next entry, or `manage.py audit`, seals this one with it.
        logger.warning("the audit log is sealed later: %s", error)
