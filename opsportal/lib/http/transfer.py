"""One request as a libcurl handle, and what became of it.

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
from functools import cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import certifi
import pycurl

from opsportal.lib.addresses import ForbiddenAddressError, check_address
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
_END_OF_HEADERS = frozenset({b"\r\n", b"\n"})
# libcurl gives up at 300 kB, and then says that it could not receive.
_MAX_HEADERS_BYTES = 200_000
_IP_VERSIONS = {"4": pycurl.IPRESOLVE_V4, "6": pycurl.IPRESOLVE_V6}


@cache
def trusted_authorities() -> str:
    """The system's own, among which an administrator has put those of the house; else Mozilla's."""
    return ssl.get_default_verify_paths().cafile or certifi.where()


class Transfer:
    """Uses `easy` from `prepare` until `outcome`; then the handle may be used again."""

    def __init__(self, request: Request, easy: Any, done: Callable[[Outcome], None]) -> None:
        self.request, self.easy, self.done = request, easy, done
        self._header_lines: list[bytes] = []
        self._body: list[bytes] = []
        self._size_bytes = 0
        self._is_cut = False
        self._forbidden: ForbiddenAddressError | None = None
        self._prepare()

    def _prepare(self) -> None:
        easy, request = self.easy, self.request
        timeout_ms = max(1, int(request.timeout_seconds * 1000))
        easy.setopt(pycurl.URL, request.url)
        easy.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
        easy.setopt(pycurl.NOSIGNAL, 1)
        easy.setopt(pycurl.TIMEOUT_MS, timeout_ms)
        easy.setopt(pycurl.CONNECTTIMEOUT_MS, timeout_ms)
        # A connection and a lookup of its own for each: the times are those of a new client.
        easy.setopt(pycurl.FRESH_CONNECT, 1)
        easy.setopt(pycurl.FORBID_REUSE, 1)
        easy.setopt(pycurl.DNS_CACHE_TIMEOUT, 0)
        if request.proxy:
            _check_literal(request.url)
        # Set even when empty: libcurl would take the environment's.
        easy.setopt(pycurl.PROXY, request.proxy)
        if request.proxy_username or request.proxy_password:
            easy.setopt(pycurl.PROXYUSERNAME, request.proxy_username)
            easy.setopt(pycurl.PROXYPASSWORD, request.proxy_password)
        easy.setopt(pycurl.ACCEPT_ENCODING, "")
        easy.setopt(pycurl.HTTPHEADER, _header_texts(request))
        easy.setopt(pycurl.OPENSOCKETFUNCTION, self._open_socket)
        easy.setopt(pycurl.HEADERFUNCTION, self._header_lines.append)
        easy.setopt(pycurl.WRITEFUNCTION, self._take_body)
        if request.ip_version:
            easy.setopt(pycurl.IPRESOLVE, _IP_VERSIONS[request.ip_version])
        self._prepare_method()
        if request.url[:5].lower() == "https":
            self._prepare_tls()

    def _prepare_method(self) -> None:
        request = self.request
        if request.method == "HEAD":
            self.easy.setopt(pycurl.NOBODY, 1)
        elif request.body or request.method != "GET":
            self.easy.setopt(pycurl.POSTFIELDS, request.body)
            self.easy.setopt(pycurl.CUSTOMREQUEST, request.method)
        if request.username or request.password:
            self.easy.setopt(pycurl.HTTPAUTH, pycurl.HTTPAUTH_BASIC)
            self.easy.setopt(pycurl.USERNAME, request.username)
            self.easy.setopt(pycurl.PASSWORD, request.password)

    def _prepare_tls(self) -> None:
        easy, request = self.easy, self.request
        easy.setopt(pycurl.SSL_VERIFYPEER, int(request.verify_certificate))
        easy.setopt(pycurl.SSL_VERIFYHOST, 2 if request.verify_certificate else 0)
        if request.ca_certificate:
            easy.setopt(pycurl.CAINFO_BLOB, request.ca_certificate.encode())
        else:
            easy.setopt(pycurl.CAINFO, trusted_authorities())
        if request.client_certificate:
            pem = request.client_certificate.encode()
            easy.setopt(pycurl.SSLCERT_BLOB, pem)
            easy.setopt(pycurl.SSLKEY_BLOB, pem)
        easy.setopt(pycurl.OPT_CERTINFO, int(request.wants_certificate))

    def _open_socket(self, _purpose: int, address: Any) -> Any:
        """Asked for the address that is about to be connected: no name comes in between."""
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

    def outcome(self, code: int, message: str) -> Outcome:
        """`code` is libcurl's; a body that we have cut is no error."""
        if code and not (self._is_cut and code == pycurl.E_WRITE_ERROR):
            return self._error(code, message)
        if not any(line in _END_OF_HEADERS for line in self._header_lines):
            # libcurl would take what came before the connection broke for all of them.
            return HttpError("closed", "the connection was closed within the headers")
        easy = self.easy
        return Response(
            status=easy.getinfo(pycurl.RESPONSE_CODE),
            headers=_headers(self._header_lines),
            body=b"".join(self._body),
            is_cut=self._is_cut,
            phases_ms=self._phases_ms(),
            total_ms=easy.getinfo(pycurl.TOTAL_TIME) * 1000,
            address=easy.getinfo(pycurl.PRIMARY_IP),
            redirects=0,
            url=self.request.url,
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
        phases = {"dns": named, "connect": connected - named}
        if secured:
            phases["tls"] = secured - connected
        phases["first_byte"] = first - (secured or connected)
        phases["transfer"] = info(pycurl.TOTAL_TIME) - first
        return {name: max(0.0, seconds * 1000) for name, seconds in phases.items()}

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


def _headers(lines: list[bytes]) -> list[tuple[str, str]]:
    """Of the last answer: an interim one (103, a proxy's) may have come before."""
    found: list[tuple[str, str]] = []
    for line in lines:
        name, colon, value = line.decode("latin-1").partition(":")
        if colon:
            found.append((name.strip().lower(), value.strip()))
        elif name.startswith("HTTP/"):
            found.clear()
    return found


def _header_texts(request: Request) -> list[str]:
    given = {**request.headers, **request.secret_headers}
    if request.bearer_token:
        given["Authorization"] = f"Bearer {request.bearer_token}"
    names = {name.lower() for name in given}
    lines = [f"{name}: {value}" if value else f"{name};" for name, value in given.items()]
    if "user-agent" not in names:
        lines.append("User-Agent: OpsPortal")
    # libcurl would wait a second for leave to send a larger body.
    return [*lines, "Expect:"]
