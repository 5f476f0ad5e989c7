"""Whose request it is, also behind proxies: what a client writes into a header is not believed."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def client_address(meta: Mapping[str, Any]) -> str:
    """Of X-Forwarded-For the last address that no trusted proxy has; else who is connected."""
    connected: str = meta.get("REMOTE_ADDR") or ""
    trusted = tuple(settings.TRUSTED_PROXIES)
    if not trusted or not _is_trusted(connected, trusted):
        return connected
    forwarded = [each.strip() for each in meta.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    return _last_stranger(reversed(forwarded), trusted) or connected


def _last_stranger(hops: Iterable[str], trusted: tuple[str, ...]) -> str:
    for hop in hops:
        if not _address(hop):
            return ""  # a proxy of ours does not write this
        if not _is_trusted(hop, trusted):
            return hop
    return ""


def network_of(address: str) -> str:
    """An IPv6 customer has a whole /64 to ask from."""
    if ":" not in address:
        return address
    found = _address(address)
    if found is None or found.version == 4:
        return address
    return str(ipaddress.ip_network((int(found) >> 64 << 64, 64)))


@lru_cache(maxsize=4096)
def _is_trusted(address: str, trusted: tuple[str, ...]) -> bool:
    found = _address(address)
    return found is not None and any(found in _network(each) for each in trusted)


@lru_cache(maxsize=4096)
def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


@lru_cache(maxsize=256)
def _network(text: str) -> Network:
    return ipaddress.ip_network(text)
