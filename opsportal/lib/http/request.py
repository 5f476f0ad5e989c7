"""What is asked and what comes back."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_address
from typing import Any, Literal

MAX_BODY_BYTES = 1_000_000
_ADDRESS = re.compile(
    r"https?://(?:(\d+\.\d+\.\d+\.\d+)|\[([0-9a-f:]+)\])(?::\d{1,5})?(?:[/?#]|\Z)", re.ASCII
)
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


@dataclass(frozen=True, kw_only=True)
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

    @property
    def is_tls(self) -> bool:
        return self.url[:5].lower() == "https"

    @cached_property
    def address(self) -> str | None:
        """Where the URL names an address, in a form that cannot be read in two ways."""
        found = _ADDRESS.match(self.url)
        with contextlib.suppress(ValueError):
            return str(ip_address(found[1] or found[2])) if found else None
        return None

    @cached_property
    def manner(self) -> str:
        """A digest of all but where it goes and how long it may take: a handle that is prepared for
        one request serves every other of the same manner."""
        manner = (
            self.is_tls,
            self.address is None,
            self.method,
            tuple(self.headers.items()),
            tuple(self.secret_headers.items()),
            self.body,
            (self.username, self.password, self.bearer_token),
            (self.proxy, self.proxy_username, self.proxy_password),
            self.ip_version,
            self.verify_certificate,
            self.ca_certificate,
            self.client_certificate,
            self.wants_certificate,
        )
        return hashlib.sha256(repr(manner).encode("utf-8", "backslashreplace")).hexdigest()


# Not frozen: that would take as long as all else that is done with an answer.
@dataclass
class Response:
    """`header_lines` are as they came, an interim answer's (103, a proxy's) too; `phases_ms` has
    those of PHASES that took place; `expires` is the certificate's last moment in seconds since the
    epoch, where it was wanted."""

    status: int
    header_lines: bytes
    body: bytes
    is_cut: bool
    phases_ms: dict[str, float]
    total_ms: float
    address: str
    redirects: int
    expires: float | None = None

    @property
    def fields(self) -> tuple[Any, ...]:
        """For `Response(*fields)` in another process: pickling the object takes twice as long."""
        return (
            self.status,
            self.header_lines,
            self.body,
            self.is_cut,
            self.phases_ms,
            self.total_ms,
            self.address,
            self.redirects,
            self.expires,
        )

    @cached_property
    def headers(self) -> list[tuple[str, str]]:
        """Of the last answer, with names in lower case. Of most answers nobody asks for them."""
        found: list[tuple[str, str]] = []
        for line in self.header_lines.split(b"\n"):
            name, colon, value = line.decode("latin-1").partition(":")
            if colon:
                found.append((name.strip().lower(), value.strip()))
            elif name.startswith("HTTP/"):
                found.clear()
        return found


class HttpError(OSError):
    """No answer, and why; str() is for people. `seen`: how far it came, in JSON's types."""

    def __init__(
        self, failure: Failure, message: str, seen: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.failure: Failure = failure
        self.seen: Mapping[str, Any] = seen or {}

    def __reduce__(self) -> tuple[Any, ...]:
        """For pickle, which would make it of its message alone."""
        return type(self), (self.failure, str(self), self.seen)
