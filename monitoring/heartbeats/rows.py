"""The rows that every ping reads and writes, in SQL: wording these statements through the ORM takes
longer than all else that a ping does."""

from __future__ import annotations

import base64
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
# The types are PostgreSQL's.
_PING = {
    "time_ms": "bigint",
    "kind": "text",
    "exit_status": "smallint",
    "rid": "uuid",
    "duration_ms": "bigint",
    "method": "text",
    "remote_address": "inet",
    "user_agent": "text",
    "body": "text",
}


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
    if connection.vendor == "postgresql":
        _insert_at_once(pings)
        return
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


def _insert_at_once(pings: Sequence[Ping]) -> None:
    """The same statement for any number: the driver takes a new one apart before it sends it."""
    kinds = ", ".join(f"{name} {kind}" for name, kind in _PING.items())
    columns = ", ".join(_PING).replace("body", "decode(body, 'base64')")
    rows = [{"check_id": each.owner_id, **_as_json(each)} for each in pings]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO monitoring_ping (check_id, {', '.join(_PING)})"  # noqa: S608
            f" SELECT check_id, {columns}"
            f" FROM json_to_recordset(%s) AS new (check_id bigint, {kinds})",
            [json.dumps(rows)],
        )


def _as_json(ping: Ping) -> dict[str, Any]:
    values = {name: getattr(ping, name) for name in _PING}
    values["rid"] = values["rid"] and str(values["rid"])
    values["body"] = values["body"] and base64.b64encode(values["body"]).decode("ascii")
    return values


def state_row(state: CheckState) -> tuple[Any, ...]:
    """For `state_rows.update_states`, by which whoever is just about to say that the ping is late
    loses the lease."""
    return (
        str(state.status),
        state.since_ms,
        state.due_ms,
        state.failures,
        state.successes,
        state.failing_since_ms,
        state.probed_ms,
        str(state.reason),
        state.message,
        state.response_time_ms,
        "{}",
        json.dumps(state.evidence),
        state.pk,
    )
