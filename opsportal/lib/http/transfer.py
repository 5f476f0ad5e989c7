"""A libcurl handle that asks one request after another, and what became of each.

Redirects are followed by `redirects.py`, not by libcurl, which would send secret headers on to
whatever host the answer names.
"""

from __future__ import annotations

import contextlib
import errno
import re
import socket
import ssl
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import pycurl

from opsportal.lib.addresses import ForbiddenAddressError, check_address
from opsportal.lib.http.handle import set_manner
from opsportal.lib.http.request import Failure, HttpError, Request, Response

Outcome = Response | HttpError

_FAILURES: dict[int, Failure] = {
    pycurl.E_OPERATION_TIMEDOUT: "timeout",
    pycurl.E_COULDNT_RESOLVE_HOST: "name",
    pycurl.E_COULDNT_RESOLVE_PROXY: "name",
    pycurl.E_COULDNT_CONNECT: "unreachable",
    pycurl.E_GOT_NOTHING: "closed",
    pycurl.E_RECV_ERROR: "closed",
    pycurl.E_SEND_ERROR: "closed",
    pycurl.E_PARTIAL_FILE: "closed",
    pycurl.E_PEER_FAILED_VERIFICATION: "certificate",
    pycurl.E_SSL_ISSUER_ERROR: "certificate",
    pycurl.E_SSL_CERTPROBLEM: "certificate",
}
_ERRNOS: dict[int, Failure] = {
    errno.ECONNREFUSED: "refused",
    errno.ETIMEDOUT: "timeout",
    errno.ECONNRESET: "closed",
}
# In OpenSSL's words, what a server says of ours.
_CLIENT_CERTIFICATE = re.compile(r"alert (unknown ca|bad certificate|certificate \w+)")
# libcurl gives up at 300 kB, and then says that it could not receive.
_MAX_HEADERS_BYTES = 200_000


class Transfer:
    """From `prepare` until `outcome` it is one request's; then it may be used for another."""

    request: Request
    done: Callable[[Outcome], None]

    def __init__(self) -> None:
        self.easy: Any = pycurl.Curl()
        self.manner = ""
        self._timeout_ms = 0
        self._header_lines: list[bytes] = []
        self._body: list[bytes] = []
        self._size_bytes = 0
        self._is_cut = False
        self._forbidden: ForbiddenAddressError | None = None

    def prepare(self, request: Request, done: Callable[[Outcome], None]) -> None:
        """Raises ForbiddenAddressError, and pycurl.error or ValueError for what libcurl does not
        take; then use another one."""
        self.request, self.done = request, done
        if request.proxy:
            _check_literal(request.url)
        elif request.address:
            check_address(request.address)
        if self.manner != request.manner:
            self._set_manner(request)
        self.easy.setopt(pycurl.URL, request.url)
        timeout_ms = max(1, int(request.timeout_seconds * 1000))
        if timeout_ms != self._timeout_ms:
            self.easy.setopt(pycurl.TIMEOUT_MS, timeout_ms)
            self.easy.setopt(pycurl.CONNECTTIMEOUT_MS, timeout_ms)
            self._timeout_ms = timeout_ms

    def _set_manner(self, request: Request) -> None:
        """Takes as long as all else that we do for a request: hence handles are kept."""
        easy = self.easy
        easy.reset()
        self.manner, self._timeout_ms = "", 0
        set_manner(easy, request)
        if request.proxy or not request.address:
            easy.setopt(pycurl.OPENSOCKETFUNCTION, self._open_socket)
        easy.setopt(pycurl.HEADERFUNCTION, self._header_lines.append)
        easy.setopt(pycurl.WRITEFUNCTION, self._take_body)
        self.manner = request.manner

    def _open_socket(self, _purpose: int, address: Any) -> Any:
        """Asked for the address that is about to be connected: no name comes in between. Where the
        URL has no name `prepare` has asked, in a third of the time that libcurl's asking takes."""
        try:
            check_address(address[3][0])
        except ForbiddenAddressError as error:
            self._forbidden = error
            return pycurl.SOCKET_BAD
        # libcurl takes a duplicate. Of a `socket.socket` Python would write a warning for nobody.
        return socket.SocketType(address[0], address[1], address[2])

    def _take_body(self, data: bytes) -> int | None:
        room = self.request.max_body_bytes - self._size_bytes
        self._size_bytes += len(data)
        self._body.append(data[:room])
        if len(data) > room:
            self._is_cut = True
            return 0
        return None

    def close(self) -> None:
        """Tens of kilobytes that nobody else would give back before the collector comes."""
        self.easy.close()

    def outcome(self, code: int, message: str) -> Outcome:
        """`code` is libcurl's; a body that we have cut is no error."""
        outcome = self._outcome(code, message)
        self._header_lines.clear()
        self._body.clear()
        self._size_bytes, self._is_cut, self._forbidden = 0, False, None
        return outcome

    def _outcome(self, code: int, message: str) -> Outcome:
        if code and not (self._is_cut and code == pycurl.E_WRITE_ERROR):
            return self._error(code, message)
        lines = self._header_lines
        if b"\r\n" not in lines and b"\n" not in lines:
            # libcurl would take what came before the connection broke for all of them.
            return HttpError("closed", "the connection was closed within the headers")
        info = self.easy.getinfo
        return Response(
            status=info(pycurl.RESPONSE_CODE),
            header_lines=b"".join(lines),
            body=b"".join(self._body),
            is_cut=self._is_cut,
            phases_ms=self._phases_ms(),
            total_ms=info(pycurl.TOTAL_TIME) * 1000,
            address=info(pycurl.PRIMARY_IP),
            redirects=0,
            expires=self._expires() if self.request.wants_certificate else None,
        )

    def _error(self, code: int, message: str) -> HttpError:
        if self._forbidden is not None:
            return HttpError("forbidden", str(self._forbidden))
        if sum(map(len, self._header_lines)) > _MAX_HEADERS_BYTES:
            return HttpError("protocol", "the headers are too large")
        if _CLIENT_CERTIFICATE.search(message):
            return HttpError("client certificate", message)
        if self.easy.getinfo(pycurl.HTTP_CONNECTCODE) >= 300:
            # A proxy that answers is no lost network, as which libcurl tells it.
            return HttpError("protocol", f"the proxy refuses: {message}")
        failure = _FAILURES.get(code, "protocol")
        if failure == "unreachable":
            failure = _ERRNOS.get(self.easy.getinfo(pycurl.OS_ERRNO), failure)
        # Of some libcurl says nothing: headers that are too large, for one.
        return HttpError(failure, message or "the answer is not valid HTTP", self._reached())

    def _reached(self) -> dict[str, Any]:
        """Of a request without an answer: which address, and what it still got through, in ms."""
        info = self.easy.getinfo
        ends = {"dns": pycurl.NAMELOOKUP_TIME, "connect": pycurl.CONNECT_TIME}
        ends |= {"tls": pycurl.APPCONNECT_TIME, "total": pycurl.TOTAL_TIME}
        timings_ms = {name: round(1000 * info(end), 2) for name, end in ends.items() if info(end)}
        seen = {"address": info(pycurl.PRIMARY_IP) or None, "after_ms": timings_ms}
        return {name: value for name, value in seen.items() if value}

    def _phases_ms(self) -> dict[str, float]:
        info = self.easy.getinfo
        named, connected = info(pycurl.NAMELOOKUP_TIME), info(pycurl.CONNECT_TIME)
        secured, first = info(pycurl.APPCONNECT_TIME), info(pycurl.STARTTRANSFER_TIME)
        phases = {"dns": named * 1000, "connect": (connected - named) * 1000}
        if secured:
            phases["tls"] = (secured - connected) * 1000
        phases["first_byte"] = (first - (secured or connected)) * 1000
        phases["transfer"] = (info(pycurl.TOTAL_TIME) - first) * 1000
        if min(phases.values()) < 0:
            return {name: max(0.0, spent_ms) for name, spent_ms in phases.items()}
        return phases

    def _expires(self) -> float | None:
        for chain_entry in self.easy.getinfo(pycurl.INFO_CERTINFO)[:1]:
            for name, value in chain_entry:
                if name == "Expire date":
                    return float(ssl.cert_time_to_seconds(value))
        return None


def _check_literal(url: str) -> None:
    """A proxy resolves names for us and connects wherever it is told to: of its addresses only
    those that stand in the URL are known here. Raises ForbiddenAddressError."""
    host = urlsplit(url).hostname or ""
    with contextlib.suppress(ValueError):
        check_address(str(ip_address(host.partition("%")[0])))
