"""A request as a ping: what Healthchecks' clients send, read strictly and within bounds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from uuid import UUID

from django.http import HttpRequest, UnreadablePostError

from monitoring.models import Ping

BODY_LIMIT_BYTES = 10_000
# Read to its end, an answer reaches the client; of more than this the connection is cut.
_DRAINED_BYTES = 1_000_000
_PART_BYTES = 65_536
_ACTIONS = {
    "": Ping.Kind.SUCCESS,
    "start": Ping.Kind.START,
    "fail": Ping.Kind.FAIL,
    "log": Ping.Kind.LOG,
}
_RID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class MalformedPingError(ValueError):
    """Says what is wrong, in the words of Healthchecks."""


@dataclass(frozen=True, slots=True)
class Received:
    """A ping that has not found its heartbeat yet."""

    kind: Ping.Kind
    exit_status: int | None
    rid: UUID | None
    method: str
    remote_address: str | None
    user_agent: str
    body: bytes


def received(request: HttpRequest, action: str) -> Received:
    """`action` is start, fail, log, an exit status or nothing. Raises MalformedPingError."""
    kind, exit_status = _kind(action)
    return Received(
        kind=kind,
        exit_status=exit_status,
        rid=_rid(request.GET.get("rid")),
        method=request.method or "",
        remote_address=_remote_address(request.META),
        user_agent=request.META.get("HTTP_USER_AGENT", "")[:200].replace("\0", ""),
        body=_body(request),
    )


def _kind(action: str) -> tuple[Ping.Kind, int | None]:
    if action in _ACTIONS:
        return _ACTIONS[action], None
    exit_status = int(action)
    if exit_status > 255:
        raise MalformedPingError("invalid url format: an exit status is a number from 0 to 255")
    return (Ping.Kind.FAIL if exit_status else Ping.Kind.SUCCESS), exit_status


def _rid(text: str | None) -> UUID | None:
    if text is None:
        return None
    if not _RID.fullmatch(text):
        raise MalformedPingError("invalid uuid format: rid must be a UUID")
    return UUID(text)


def _remote_address(headers: dict[str, str]) -> str | None:
    """As a proxy in front tells it, who can be lied to: it is shown and never relied on."""
    told = headers.get("HTTP_X_FORWARDED_FOR", "").partition(",")[0].strip()
    for text in (told, headers.get("REMOTE_ADDR", "")):
        try:
            return str(ip_address(text.partition("%")[0]))
        except ValueError:
            continue
    return None


def _body(request: HttpRequest) -> bytes:
    kept, read_bytes = b"", 0
    try:
        while read_bytes < _DRAINED_BYTES and (part := request.read(_PART_BYTES)):
            kept += part[: BODY_LIMIT_BYTES - len(kept)]
            read_bytes += len(part)
    except UnreadablePostError:
        raise MalformedPingError("the body ended too early") from None
    return kept
