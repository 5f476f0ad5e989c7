"""Where a check connects to: which host, and whether it is the portal's own. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit


def goes_to(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Equal for settings whose secrets are sent to the same place in the same way."""
    origins = [_origin(str(settings.get(name) or "")) for name in ("url", "broker_url", "proxy")]
    return (*origins, str(settings.get("host", "")), str(settings.get("verify_certificate", True)))


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:  # no URL at all, which its kind will say
        return url
    return f"{parts.scheme}://{parts.netloc.lower()}"


def is_local(settings: Mapping[str, Any]) -> bool:
    """Then it tells nothing of the portal's network."""
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
