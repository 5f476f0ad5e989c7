"""The rows that every ping reads and writes, in SQL: wording these statements through the ORM takes
longer than all else that a ping does."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from monitoring.heartbeats.runs import Newest, Runs
from monitoring.models import Check, CheckState, Ping
from monitoring.store.dialect import any_of

Address = UUID | str
"""The uuid of a check, or its slug."""

_STATE = (
    "check_id",
    "status",
    "since_ms",
    "due_ms",
    "failures",
    "successes",
    "failing_since_ms",
    "flapping_since_ms",
    "probed_ms",
)
_FOUND = (
    "status",
    "since_ms",
    "due_ms",
    "failures",
    "successes",
    "failing_since_ms",
    "probed_ms",
    "reason",
    "message",
    "response_time_ms",
)
_PING = (
    "time_ms",
    "kind",
    "exit_status",
    "rid",
    "duration_ms",
    "method",
    "remote_address",
    "user_agent",
    "body",
)


@dataclass(frozen=True, slots=True)
class Pinged:
    """A heartbeat whose state is locked until the transaction ends."""

    state: CheckState
    uuid: UUID
    slug: str
    settings: str
    parent_id: int | None


def lock_pinged(addresses: Collection[Address]) -> list[Pinged]:
    uuids = [_stored_uuid(each) for each in addresses if isinstance(each, UUID)]
    by_uuid, uuid_parameter = any_of("uuid", uuids)
    by_slug, slug_parameter = any_of("slug", [each for each in addresses if isinstance(each, str)])
    columns = ", ".join(f"state.{name}" for name in _STATE)
    lock = "FOR UPDATE OF state" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        # In the same order everywhere, so that writers cannot wait for each other in a circle.
        cursor.execute(
            f"SELECT {columns}, uuid, slug, settings, parent_id"  # noqa: S608
            " FROM monitoring_checkstate AS state"
            " JOIN monitoring_check AS checks ON checks.id = state.check_id"
            f" WHERE kind = 'heartbeat' AND ({by_uuid} OR {by_slug}) ORDER BY check_id {lock}",
            [uuid_parameter, slug_parameter],
        )
        return [_pinged(row) for row in cursor.fetchall()]


def _pinged(row: Sequence[Any]) -> Pinged:
    check_id, *rest = row[: len(_STATE)]
    state = CheckState(owner_id=check_id, **dict(zip(_STATE[1:], rest, strict=True)))
    uuid, slug, settings, parent_id = row[len(_STATE) :]
    return Pinged(state, _uuid(uuid), slug, settings, parent_id)


def _stored_uuid(uuid: UUID) -> Any:
    return Check._meta.get_field("uuid").get_db_prep_value(uuid, connection)


def _uuid(stored: UUID | str) -> UUID:
    return stored if isinstance(stored, UUID) else UUID(stored)


def runs_of(check_ids: Collection[int]) -> dict[int, Runs]:
    condition, parameter = any_of("check_id", check_ids)
    newest: defaultdict[int, list[Newest]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT check_id, kind, rid, max(id), max(time_ms), count(*)"  # noqa: S608
            f" FROM monitoring_ping WHERE {condition} GROUP BY check_id, kind, rid",
            [parameter],
        )
        for check_id, kind, rid, place, time_ms, count in cursor.fetchall():
            newest[check_id].append((kind, rid and _uuid(rid), place, time_ms, count))
    return {check_id: Runs(newest[check_id]) for check_id in check_ids}


def insert_pings(pings: Sequence[Ping]) -> None:
    places = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"] * len(pings))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO monitoring_ping (check_id, {', '.join(_PING)}) VALUES {places}",  # noqa: S608
            [value for each in pings for value in _ping_row(each)],
        )


def _ping_row(ping: Ping) -> list[Any]:
    values = (getattr(ping, name) for name in _PING)
    stored = (_stored_uuid(each) if isinstance(each, UUID) else each for each in values)
    return [ping.owner_id, *stored]


def update_states(states: Sequence[CheckState]) -> None:
    """Whoever is just about to say that the ping is late loses the lease."""
    if not states:
        return
    columns = ", ".join(f"{name} = %s" for name in _FOUND)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE monitoring_checkstate SET {columns}, evidence = %s, phases_ms = '{{}}',"  # noqa: S608
            " leased_until_ms = 0 WHERE check_id = %s",
            [_state_row(each) for each in states],
        )


def _state_row(state: CheckState) -> list[Any]:
    values = [getattr(state, name) for name in _FOUND]
    plain = [str(each) if isinstance(each, str) else each for each in values]
    return [*plain, json.dumps(state.evidence), state.pk]
