"""Checks of settings that several kinds share: each raises ValueError with words for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

# Of the certificates' library 5 MB are only needed where there is one: imported where it is used.


def complaints(checks: Mapping[str, Callable[[], object]]) -> Iterator[tuple[str, str]]:
    """Of each setting's check that raises ValueError: its name and the words."""
    for name, check in checks.items():
        try:
            check()
        except ValueError as error:
            yield name, str(error)


def check_url(url: str, *, optional: bool = False) -> None:
    if optional and not url:
        return
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be a URL that begins with http:// or https://")
    if parts.username or parts.password:
        raise ValueError("must not hold a password: it has a setting of its own")
    if not url.isprintable() or " " in url:
        raise ValueError("must have no white space")
    if parts.port == 0:  # reading it raises ValueError where it is no port at all
        raise ValueError("port 0 cannot be connected to")


def check_headers(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        token = name.replace("-", "").replace("_", "")
        if not (token.isascii() and token.isalnum()):
            raise ValueError(f"{name!r} is not the name of a header")
        if not value.isprintable():
            raise ValueError(f"the value of {name} has control characters")


def check_certificates(pem: str) -> None:
    """Empty is allowed."""
    if not pem:
        return
    from cryptography.x509 import load_pem_x509_certificates

    try:
        load_pem_x509_certificates(pem.encode())
    except ValueError:
        raise ValueError("must be certificates in PEM") from None


def check_key_pair(pem: str) -> None:
    """Empty is allowed."""
    if not pem:
        return
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from cryptography.x509 import load_pem_x509_certificate

    try:
        load_pem_x509_certificate(pem.encode())
        load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError):
        raise ValueError("must be a certificate and its key, without a password, in PEM") from None


def check_host(host: str) -> None:
    if not host or any(character in host for character in "/@ ") or not host.isprintable():
        raise ValueError("must be a host name or an address")


def check_broker_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.password:
        raise ValueError("must not hold a password: it has a setting of its own")
    if parts.scheme == "unix" and parts.path:
        return
    if parts.scheme not in ("redis", "rediss") or not parts.hostname:
        raise ValueError("must be like redis://HOST:PORT/0, rediss://… or unix:///PATH")
    if parts.path.strip("/") and not parts.path.strip("/").isdigit():
        raise ValueError("must end in the number of a database")
    if parts.port == 0:
        raise ValueError("port 0 cannot be connected to")
