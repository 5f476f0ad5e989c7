"""What is asked and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

MAX_BODY_BYTES = 1_000_000
PHASES = ("dns", "connect", "tls", "first_byte", "transfer")

Failure = Literal[
    "timeout",
    "name",
    "refused",
    "unreachable",
    "closed",
    "certificate",
    "client certificate",
    "protocol",
    "forbidden",
    "redirects",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`timeout_seconds` is for all of it together. A body longer than `max_body_bytes`, counted
    after decompression, is cut there. Certificates and keys are PEM texts."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    # Like credentials: not sent on to another host by a redirect.
    secret_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = b""
    timeout_seconds: float = 10
    username: str = ""
    password: str = field(default="", repr=False)
    bearer_token: str = field(default="", repr=False)
    follow_redirects: bool = True
    max_redirects: int = 5
    proxy: str = ""
    proxy_username: str = ""
    proxy_password: str = field(default="", repr=False)
    ip_version: str = ""
    verify_certificate: bool = True
    ca_certificate: str = ""
    client_certificate: str = field(default="", repr=False)
    max_body_bytes: int = MAX_BODY_BYTES
    wants_certificate: bool = False


@dataclass(frozen=True, slots=True)
class Response:
    """`phases_ms` has those of PHASES that took place; `expires` is the certificate's last moment
    in seconds since the epoch, where it was wanted."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    is_cut: bool
    phases_ms: dict[str, float]
    total_ms: float
    address: str
    redirects: int
    url: str
    expires: float | None = None


class HttpError(OSError):
    """No answer, and why; str() is for people. `seen`: how far it came, in JSON's types."""

    def __init__(
        self, failure: Failure, message: str, seen: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.failure: Failure = failure
        self.seen: Mapping[str, Any] = seen or {}
