"""What becomes of a POST: an answer that says "taken", or the error that it stands for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from alerts.channels import base
from alerts.channels.base import PermanentError, TemporaryError
from alerts.channels.secrecy import safe
from opsportal.lib.http import Failure, HttpError, Request, Response, fetch

MAX_WAIT_SECONDS = 3600.0
_MAX_ANSWER_BYTES = 20_000
# Another try may help though the status begins with a 4.
_PASSING = frozenset({408, 421, 423, 425, 429})

_WORDS: dict[Failure, str] = {
    "timeout": "no answer in time",
    "name": "the host name does not resolve",
    "refused": "connection refused",
    "unreachable": "the host cannot be reached",
    "closed": "the connection was closed before the answer",
    "protocol": "the answer is not valid HTTP",
}


def posted(
    url: str,
    body: Mapping[str, Any] | bytes,
    *,
    secrets: Sequence[str] = (),
    **options: Any,
) -> Response:
    """A 2xx answer; `options` are opsportal.lib.http.Request's. Raises DeliveryError.

    Redirects are not followed: most turn a POST into a GET, whose 200 would say nothing, and the
    others would take an alert to an address that nobody has configured.
    """
    headers = {"Content-Type": "application/json", **options.pop("headers", {})}
    options.setdefault("timeout_seconds", base.TIMEOUT_SECONDS)
    request = Request(
        url=url,
        method="POST",
        headers=headers,
        body=body if isinstance(body, bytes) else encoded(body),
        follow_redirects=False,
        max_body_bytes=_MAX_ANSWER_BYTES,
        **options,
    )
    try:
        response = fetch(request)
    except HttpError as error:
        raise _unanswered(error) from None
    check(response, *secrets)
    return response


def encoded(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, allow_nan=False).encode("ascii")


def check(response: Response, *secrets: str) -> None:
    """Raises DeliveryError unless the status is 2xx."""
    if 200 <= response.status < 300:
        return
    words = told(response, *secrets)
    if 300 <= response.status < 400:
        raise PermanentError(f"{words}: it redirects; enter the address that it leads to")
    if response.status >= 500 or response.status in _PASSING:
        raise TemporaryError(words, retry_after_seconds(response))
    raise PermanentError(words)


def told(response: Response, *secrets: str) -> str:
    """Such as "403 Forbidden: invalid_token"."""
    body = safe(response.body.decode("utf-8", "replace"), *secrets)
    return f"{phrase(response.status)}: {body}" if body else phrase(response.status)


def phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def as_object(response: Response) -> Mapping[str, Any] | None:
    """The body, if it is a JSON object."""
    try:
        found = json.loads(response.body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def complaint(found: Mapping[str, Any]) -> str | None:
    """What a JSON object says went wrong, under a status that says that nothing did."""
    if found.get("ok") is False or found.get("success") is False or found.get("error"):
        return str(found.get("error") or "not ok")
    return None


def retry_after_seconds(response: Response) -> float | None:
    """At most an hour, whatever the receiver wants: by then somebody may have repaired it."""
    value = dict(response.headers).get("retry-after", "")
    if value.isascii() and value.isdecimal():
        return MAX_WAIT_SECONDS if len(value) > 6 else min(float(value), MAX_WAIT_SECONDS)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    wait_seconds = (moment - datetime.now(UTC)).total_seconds()
    return max(0.0, min(wait_seconds, MAX_WAIT_SECONDS))


def _unanswered(error: HttpError) -> PermanentError | TemporaryError:
    """Certificates are renewed and clocks set right, so theirs is temporary; our own refusal to
    connect stays until somebody changes the settings."""
    if error.failure == "forbidden":
        return PermanentError(str(error))
    # Of the others libcurl's words may repeat the address.
    return TemporaryError(_WORDS.get(error.failure) or safe(str(error)))
