"""Whether a check looks at the portal's own host, and so tells nothing of its network. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit


def is_local(settings: Mapping[str, Any]) -> bool:
    address = settings.get("url") or settings.get("broker_url")
    if address:
        parts = urlsplit(str(address))
        return parts.scheme in ("unix", "sqlite") or _is_loopback(parts.hostname or "")
    host = settings.get("resolver") or settings.get("host")
    return bool(host) and _is_loopback(str(host))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
