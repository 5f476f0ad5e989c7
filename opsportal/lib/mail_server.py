"""A mail server, as EMAIL_URL names it."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

_PORTS = {"smtp": 25, "smtps": 465}
_TLS = ("offered", "required", "never")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """`tls`: "implicit", or whether STARTTLS is used: "offered" (where it is), "required",
    "never"."""

    host: str
    port: int
    username: str = ""
    password: str = field(default="", repr=False)
    tls: str = "offered"


def server_from(url: str) -> Server:
    """Of smtp://user:password@host:port?tls=required or smtps://…. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or not url.isprintable():
        raise ValueError("must be like smtp://user:password@host:port or smtps://…")
    if parts.port == 0:  # reading it raises ValueError where it is no port at all
        raise ValueError("port 0 cannot be connected to")
    options = parse_qs(parts.query)
    tls = options.pop("tls", ["offered"])[-1]
    if options or tls not in _TLS:
        raise ValueError(f"may have only ?tls= after it, with one of {', '.join(_TLS)}")
    return Server(
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls="implicit" if parts.scheme == "smtps" else tls,
    )
