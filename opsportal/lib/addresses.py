"""Which addresses the portal may connect to: the guard against server-side request forgery.

Whoever may add a check could otherwise read what only the portal's host can reach. The guard is
asked about an address, never about a name, and the connection is made to that very address: a name
may resolve to something else a moment later.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings

Address = IPv4Address | IPv6Address

# Where clouds hand their machines' credentials to whoever asks; the others are link-local.
_METADATA = frozenset(map(ip_address, ("100.100.100.200", "168.63.129.16", "fd00:ec2::254")))
_NAT64 = IPv6Network("64:ff9b::/96")


class ForbiddenAddressError(OSError):
    """Says which address is refused and why."""

    def __init__(self, address: str, refusal: str) -> None:
        super().__init__(f"{address} is {refusal}")


def check_address(text: str) -> None:
    """Raises ForbiddenAddressError. An IPv6 zone (`fe80::1%eth0`) is left out of account."""
    allowed = tuple(settings.ALLOWED_ADDRESSES)
    refusal = _refusal(text.partition("%")[0], settings.PRIVATE_ADDRESSES_ALLOWED, allowed)
    if refusal:
        raise ForbiddenAddressError(text, refusal)


@lru_cache(maxsize=10_000)
def _refusal(text: str, private_allowed: bool, allowed: tuple[str, ...]) -> str | None:
    """Why the portal does not connect there; None where it may."""
    address = _unwrapped(ip_address(text))
    if address.is_link_local or address in _METADATA:
        return "link-local or a cloud's metadata service, which is never allowed"
    if address.is_multicast or address.is_unspecified:
        return "no address of a single host"
    if address.is_global or private_allowed:
        return None
    if any(address in ip_network(each) for each in allowed):
        return None
    return "private; OPSPORTAL_PRIVATE_ADDRESSES and OPSPORTAL_ALLOWED_ADDRESSES decide"


def _unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for: it is where the packets go."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address
