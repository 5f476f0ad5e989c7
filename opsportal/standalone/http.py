"""One request with one deadline for all of it: name, connection, TLS, headers and body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import certifi
import pycurl

from opsportal.version import VERSION

MAX_BODY_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    total_ms: float
    moved_to: str = ""


class NoAnswerError(OSError):
    """`reason` is for people, and repeats no URL: those of webhooks are secret."""

    def __init__(self, reason: str, *, is_late: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.is_late = reason, is_late


def get(url: str, headers: Sequence[str], timeout_seconds: float) -> Answer:
    """Raises NoAnswerError. Redirects are not followed: a token must not travel on."""
    return _perform(url, headers, timeout_seconds, None)


def post(url: str, body: bytes, timeout_seconds: float) -> Answer:
    return _perform(url, ["Content-Type: application/json"], timeout_seconds, body)


def _perform(
    url: str, headers: Sequence[str], timeout_seconds: float, body: bytes | None
) -> Answer:
    received: list[bytes] = []
    easy = pycurl.Curl()
    try:
        _prepare(easy, url, headers, timeout_seconds)
        if body is not None:
            easy.setopt(pycurl.POSTFIELDS, body)
        easy.setopt(pycurl.WRITEFUNCTION, _bounded(received))
        easy.perform()
    except pycurl.error as error:
        code = int(error.args[0])
        late = code == pycurl.E_OPERATION_TIMEDOUT
        reason = f"no answer within {timeout_seconds:g} s" if late else _REASONS.get(code, "")
        raise NoAnswerError(reason or f"no HTTP answer (curl {code})", is_late=late) from None
    else:
        return Answer(
            easy.getinfo(pycurl.RESPONSE_CODE),
            b"".join(received),
            easy.getinfo(pycurl.TOTAL_TIME) * 1000,
            easy.getinfo(pycurl.REDIRECT_URL) or "",
        )
    finally:
        easy.close()


def _prepare(easy: pycurl.Curl, url: str, headers: Sequence[str], timeout_seconds: float) -> None:
    easy.setopt(pycurl.URL, url)
    easy.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
    easy.setopt(pycurl.NOSIGNAL, 1)
    easy.setopt(pycurl.TIMEOUT_MS, max(1, int(timeout_seconds * 1000)))
    easy.setopt(pycurl.ACCEPT_ENCODING, "")
    agent = f"User-Agent: OpsPortal-monitor/{VERSION}"
    easy.setopt(pycurl.HTTPHEADER, [agent, "Expect:", *headers])
    easy.setopt(pycurl.CAINFO, _authorities())


def _bounded(received: list[bytes]) -> object:
    size_bytes = 0

    def take(data: bytes) -> int | None:
        nonlocal size_bytes
        size_bytes += len(data)
        if size_bytes > MAX_BODY_BYTES:
            return 0  # libcurl gives up
        received.append(data)
        return None

    return take


@cache
def _authorities() -> str:
    return certifi.where()


_REASONS = {
    pycurl.E_URL_MALFORMAT: "the URL cannot be used",
    pycurl.E_UNSUPPORTED_PROTOCOL: "the URL is neither http nor https",
    pycurl.E_COULDNT_RESOLVE_HOST: "the host name does not resolve",
    pycurl.E_COULDNT_CONNECT: "connection refused",
    pycurl.E_GOT_NOTHING: "the connection was closed without an answer",
    pycurl.E_RECV_ERROR: "the connection broke",
    pycurl.E_PARTIAL_FILE: "the answer was cut off",
    pycurl.E_PEER_FAILED_VERIFICATION: "the certificate is not valid",
    pycurl.E_SSL_CONNECT_ERROR: "no TLS",
    pycurl.E_WRITE_ERROR: "the answer is longer than a megabyte",
}
