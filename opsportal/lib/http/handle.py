"""What libcurl is told of a request, other than where it goes and how long it may take."""

from __future__ import annotations

import ssl
from functools import cache
from typing import Any

import certifi
import pycurl

from opsportal.lib.http.handshake import acknowledge_with_request
from opsportal.lib.http.request import Request

_IP_VERSIONS = {"4": pycurl.IPRESOLVE_V4, "6": pycurl.IPRESOLVE_V6}


@cache
def trusted_authorities() -> str:
    """The system's own, among which an administrator has put those of the house; else Mozilla's."""
    return ssl.get_default_verify_paths().cafile or certifi.where()


def set_manner(easy: Any, request: Request) -> None:
    """`easy` is new or was reset. Raises pycurl.error and ValueError for what libcurl does not
    take."""
    easy.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
    easy.setopt(pycurl.NOSIGNAL, 1)
    # A connection and a lookup of its own for each: the times are those of a new client.
    easy.setopt(pycurl.FRESH_CONNECT, 1)
    easy.setopt(pycurl.FORBID_REUSE, 1)
    easy.setopt(pycurl.DNS_CACHE_TIMEOUT, 0)
    easy.setopt(pycurl.SOCKOPTFUNCTION, acknowledge_with_request)
    # Set even when empty: libcurl would take the environment's.
    easy.setopt(pycurl.PROXY, request.proxy)
    if request.proxy_username or request.proxy_password:
        easy.setopt(pycurl.PROXYUSERNAME, request.proxy_username)
        easy.setopt(pycurl.PROXYPASSWORD, request.proxy_password)
    easy.setopt(pycurl.ACCEPT_ENCODING, "")
    easy.setopt(pycurl.HTTPHEADER, _header_texts(request))
    if request.ip_version:
        easy.setopt(pycurl.IPRESOLVE, _IP_VERSIONS[request.ip_version])
    _set_method(easy, request)
    if request.is_tls:
        _set_tls(easy, request)


def _set_method(easy: Any, request: Request) -> None:
    if request.method == "HEAD":
        easy.setopt(pycurl.NOBODY, 1)
    elif request.body or request.method != "GET":
        easy.setopt(pycurl.POSTFIELDS, request.body)
        easy.setopt(pycurl.CUSTOMREQUEST, request.method)
    if request.username or request.password:
        easy.setopt(pycurl.HTTPAUTH, pycurl.HTTPAUTH_BASIC)
        easy.setopt(pycurl.USERNAME, request.username)
        easy.setopt(pycurl.PASSWORD, request.password)


def _set_tls(easy: Any, request: Request) -> None:
    easy.setopt(pycurl.SSL_VERIFYPEER, int(request.verify_certificate))
    easy.setopt(pycurl.SSL_VERIFYHOST, 2 if request.verify_certificate else 0)
    # A server that takes up an earlier session shows no certificate, and it may have a new one.
    easy.setopt(pycurl.SSL_SESSIONID_CACHE, 0)
    if request.ca_certificate:
        easy.setopt(pycurl.CAINFO_BLOB, request.ca_certificate.encode())
    else:
        easy.setopt(pycurl.CAINFO, trusted_authorities())
    if request.client_certificate:
        pem = request.client_certificate.encode()
        easy.setopt(pycurl.SSLCERT_BLOB, pem)
        easy.setopt(pycurl.SSLKEY_BLOB, pem)
    easy.setopt(pycurl.OPT_CERTINFO, int(request.wants_certificate))


def _header_texts(request: Request) -> list[str]:
    given = {**request.headers, **request.secret_headers}
    if request.bearer_token:
        given["Authorization"] = f"Bearer {request.bearer_token}"
    names = {name.lower() for name in given}
    lines = [f"{name}: {value}" if value else f"{name};" for name, value in given.items()]
    if "user-agent" not in names:
        lines.append("User-Agent: OpsPortal")
    if "connection" not in names:
        # Nothing follows on it. So the server closes it, and the port that stays taken is its own.
        lines.append("Connection: close")
    # libcurl would wait a second for leave to send a larger body.
    return [*lines, "Expect:"]
