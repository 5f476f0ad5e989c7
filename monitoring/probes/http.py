"""HTTP: a request, and what is expected of its answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property, lru_cache
from http import HTTPStatus
from typing import Any, ClassVar

from monitoring.probes import assertions
from monitoring.probes.base import Probe, Reading, Reason, Result, Status
from monitoring.probes.validation import (
    check_certificates,
    check_headers,
    check_key_pair,
    check_url,
    complaints,
)
from opsportal.lib.http import MAX_BODY_BYTES, Failure, HttpError, Request, Response, fetch
from opsportal.lib.kinds import kind, setting

_EVIDENCE_BODY_BYTES = 2000
_EVIDENCE_HEADERS = 50
_CREDENTIALS_REJECTED = frozenset({401, 403, 407})
_DAY_SECONDS = 86_400

_REASONS: dict[Failure, Reason] = {
    "timeout": Reason.TIMEOUT,
    "name": Reason.NAME,
    "refused": Reason.REFUSED,
    "unreachable": Reason.UNREACHABLE,
    "closed": Reason.CLOSED,
    "certificate": Reason.CERTIFICATE,
    "client certificate": Reason.CERTIFICATE,
    "protocol": Reason.PROTOCOL,
    "forbidden": Reason.FORBIDDEN,
    "redirects": Reason.PROTOCOL,
}


@kind
class Http(Probe):
    name = "http"
    label = "HTTP"
    groups: ClassVar = {
        "Credentials": (
            "bearer_token",
            "username",
            "password",
            "secret_headers",
            "client_certificate",
        ),
        "More of the request": ("headers", "body", "follow_redirects", "ip_version"),
        "Proxy": ("proxy", "proxy_username", "proxy_password"),
        "More of what is expected": (
            "expect_header",
            "refuse_text",
            "expect_pattern",
            "down_ms",
            "max_size_bytes",
        ),
        "Certificate": ("certificate_days", "verify_certificate", "ca_certificate"),
    }

    url: str = setting("URL", "Such as https://api.example.com/health")
    method: str = setting(
        "Method",
        default="GET",
        choices=("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"),
    )
    headers: dict[str, str] = setting("Headers", "One a line, as Name: value", default={})
    secret_headers: dict[str, str] = setting(
        "Secret headers", "One a line, as Name: value", default={}, secret=True
    )
    body: str = setting("Body", default="", multiline=True)
    username: str = setting("User name", "For basic authentication", default="")
    password: str = setting("Password", default="", secret=True)
    bearer_token: str = setting("Bearer token", default="", secret=True)
    expect_status: str = setting(
        "Expected status", "Such as 200-299 or 200,204,301-302", default="200-299"
    )
    expect_header: dict[str, str] = setting(
        "Expected headers", "One a line, as Name: text that it contains", default={}
    )
    expect_text: str = setting("Expected text", "The body contains it", default="")
    refuse_text: str = setting("Refused text", "The body does not contain it", default="")
    expect_pattern: str = setting("Expected pattern", "A regular expression (re2)", default="")
    expect_json: list[str] = setting(
        "Expected JSON", 'One a line, such as $.clock.state == "open"', default=[]
    )
    degraded_ms: float = setting("Degraded above, ms", "0: never", default=0, minimum=0)
    down_ms: float = setting("Down above, ms", "0: never", default=0, minimum=0)
    max_size_bytes: int = setting(
        "Largest body, bytes", "0: any", default=0, minimum=0, maximum=MAX_BODY_BYTES
    )
    certificate_days: int = setting(
        "Certificate days", "Degraded when it expires sooner", default=14, minimum=0
    )
    follow_redirects: bool = setting("Follow redirects", default=True)
    verify_certificate: bool = setting("Verify the certificate", default=True)
    ca_certificate: str = setting(
        "Authority", "Its certificate in PEM, where it is your own", default="", multiline=True
    )
    client_certificate: str = setting(
        "Client certificate", "It and its key in PEM", default="", secret=True, multiline=True
    )
    proxy: str = setting("Proxy", "Such as http://proxy.example:3128", default="")
    proxy_username: str = setting("Proxy's user name", default="")
    proxy_password: str = setting("Proxy's password", default="", secret=True)
    ip_version: str = setting("IP version", default="", choices=("", "4", "6"), empty="any")

    def validate(self) -> Mapping[str, str]:
        parsers: dict[str, Callable[[], object]] = {
            "url": lambda: check_url(self.url),
            "proxy": lambda: check_url(self.proxy, optional=True),
            "headers": lambda: check_headers(self.headers),
            "secret_headers": lambda: check_headers(self.secret_headers),
            "expect_status": lambda: assertions.status_ranges(self.expect_status),
            "expect_pattern": lambda: assertions.pattern(self.expect_pattern),
            "expect_json": lambda: [assertions.json_expectation(each) for each in self.expect_json],
            "ca_certificate": lambda: check_certificates(self.ca_certificate),
            "client_certificate": lambda: check_key_pair(self.client_certificate),
        }
        return dict(complaints(parsers))

    @property
    def is_tls(self) -> bool:
        return self.url[:5].lower() == "https"

    def probe(self, timeout_seconds: float) -> Result:
        try:
            return self.judge(fetch(self.request(timeout_seconds)))
        except HttpError as error:
            return self.failed(error, timeout_seconds)

    @cached_property
    def _requests(self) -> dict[float, Request]:
        return {}

    def request(self, timeout_seconds: float) -> Request:
        """Made once: it is asked again and again."""
        known = self._requests.get(timeout_seconds)
        if known is None:
            known = self._requests[timeout_seconds] = self._request(timeout_seconds)
        return known

    def _request(self, timeout_seconds: float) -> Request:
        return Request(
            url=self.url,
            method=self.method,
            headers=self.headers,
            secret_headers=self.secret_headers,
            body=self.body.encode(),
            timeout_seconds=timeout_seconds,
            username=self.username,
            password=self.password,
            bearer_token=self.bearer_token,
            follow_redirects=self.follow_redirects,
            proxy=self.proxy,
            proxy_username=self.proxy_username,
            proxy_password=self.proxy_password,
            ip_version=self.ip_version,
            verify_certificate=self.verify_certificate,
            ca_certificate=self.ca_certificate,
            client_certificate=self.client_certificate,
            wants_certificate=self.is_tls,
        )

    def failed(self, error: HttpError, timeout_seconds: float) -> Result:
        if error.failure == "client certificate":
            return self._without_entry()
        reason = _REASONS[error.failure]
        messages = {
            Reason.TIMEOUT: f"no answer within {timeout_seconds:g} s",
            Reason.NAME: "the host name does not resolve",
            Reason.REFUSED: "connection refused",
            Reason.CLOSED: "the server closed the connection",
        }
        message = messages.get(reason, str(error))
        return Result(Status.DOWN, reason, message, evidence=error.seen)

    def _without_entry(self) -> Result:
        """The server wants a certificate, or another one: a credential like any other."""
        if self.client_certificate:
            message = "credentials rejected: the server does not accept the client certificate"
            return Result(Status.DEGRADED, Reason.CREDENTIALS, message)
        message = "the server asks for a client certificate"
        return Result(Status.DOWN, Reason.CERTIFICATE, message)

    def judge(self, response: Response) -> Result:
        days = None
        if response.expires is not None:
            days = (response.expires - time.time()) / _DAY_SECONDS
        status, reason, message = self._verdict(response, days)
        return Result(
            status,
            reason,
            message,
            response.total_ms,
            response.phases_ms,
            Seen(response),
            () if days is None else (Reading("tls_days_remaining", days),),
        )

    def _verdict(self, response: Response, days: float | None) -> tuple[Status, Reason, str]:
        expected = assertions.is_expected(response.status, self.expect_status)
        if not expected and response.status in _CREDENTIALS_REJECTED and self._has_credentials:
            rejected = f"credentials rejected ({response.status})"
            return Status.DEGRADED, Reason.CREDENTIALS, rejected
        if not expected:
            wanted = f"{_phrase(response.status)}, expected {self.expect_status}"
            return Status.DOWN, Reason.MISMATCH, wanted
        if self.max_size_bytes and _size_bytes(response) > self.max_size_bytes:
            return Status.DOWN, Reason.TOO_LARGE, f"the body has more than {self.max_size_bytes} B"
        complaint = self._complaint(response)
        if complaint and response.is_cut:
            complaint = f"{complaint} (of the body only the first {MAX_BODY_BYTES:,} B are read)"
        if complaint:
            return Status.DOWN, Reason.MISMATCH, complaint
        return self._slow_or_expiring(response, days)

    def _complaint(self, response: Response) -> str | None:
        if self.expect_header:
            missing = assertions.header_complaint(dict(response.headers), self.expect_header)
            if missing:
                return missing
        if self.expect_text or self.refuse_text or self.expect_pattern:
            wrong = assertions.text_complaint(
                response.body.decode("utf-8", "replace"),
                expected=self.expect_text,
                refused=self.refuse_text,
                matching=self.expect_pattern,
            )
            if wrong:
                return wrong
        return (
            assertions.json_complaint(response.body, self.expect_json) if self.expect_json else None
        )

    def _slow_or_expiring(
        self, response: Response, days: float | None
    ) -> tuple[Status, Reason, str]:
        spent_ms = response.total_ms
        if self.down_ms and spent_ms > self.down_ms:
            return Status.DOWN, Reason.SLOW, _slow(spent_ms, self.down_ms)
        if self.degraded_ms and spent_ms > self.degraded_ms:
            return Status.DEGRADED, Reason.SLOW, _slow(spent_ms, self.degraded_ms)
        if days is not None and days < self.certificate_days:
            return Status.DEGRADED, Reason.EXPIRING, f"the certificate expires in {days:.0f} days"
        return Status.UP, Reason.OK, _phrase(response.status)

    @property
    def _has_credentials(self) -> bool:
        return bool(
            self.password
            or self.bearer_token
            or self.secret_headers
            or self.client_certificate
            or self.proxy_password
        )


def _slow(spent_ms: float, allowed_ms: float) -> str:
    return f"{spent_ms:.0f} ms, allowed are {allowed_ms:g}"


@lru_cache(maxsize=1000)
def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _size_bytes(response: Response) -> float:
    """Of a body that was cut nobody knows the size; it is larger than any that is asked for."""
    return float("inf") if response.is_cut else len(response.body)


class Seen(Mapping[str, Any]):
    """The evidence of an answer, put together when somebody asks for it: of a good one nobody does.

    Holds no more of the body than it shows."""

    def __init__(self, response: Response) -> None:
        if len(response.body) > _EVIDENCE_BODY_BYTES:
            response = replace(response, body=response.body[:_EVIDENCE_BODY_BYTES])
        self._response = response

    @cached_property
    def _shown(self) -> dict[str, Any]:
        response = self._response
        return {
            "status": response.status,
            "headers": dict(response.headers[:_EVIDENCE_HEADERS]),
            "body": response.body.decode("utf-8", "replace"),
            "address": response.address,
            "redirects": response.redirects,
        }

    def __getitem__(self, name: str) -> Any:
        return self._shown[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._shown)

    def __len__(self) -> int:
        return len(self._shown)
