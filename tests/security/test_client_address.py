"""Whose request it is: nobody gives himself another address."""

import pytest
from pytest_django import Settings

from opsportal.lib.client_address import client_address, network_of

PROXIES = ["127.0.0.1", "10.0.0.0/8", "2001:db8::1"]


@pytest.mark.parametrize(
    ("connected", "forwarded", "client"),
    [
        # Not through a proxy of ours: the header is the client's own invention.
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),
        # The client wrote the first, our proxy the last.
        ("127.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "203.0.113.9, 198.51.100.7, 10.1.2.3", "198.51.100.7"),
        ("2001:db8::1", "2001:db8::5", "2001:db8::5"),
        ("127.0.0.1", "10.1.2.3", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.7, nonsense", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("", "198.51.100.7", ""),
    ],
)
def test_only_what_a_trusted_proxy_wrote_is_believed(
    settings: Settings, connected: str, forwarded: str, client: str
) -> None:
    settings.TRUSTED_PROXIES = PROXIES
    found = client_address({"REMOTE_ADDR": connected, "HTTP_X_FORWARDED_FOR": forwarded})
    assert found == client


def test_without_proxies_nothing_is_believed(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = []
    meta = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "198.51.100.7"}
    assert client_address(meta) == "127.0.0.1"


def test_a_customer_of_ipv6_is_one_whatever_address_he_takes() -> None:
    assert network_of("2001:db8:1:2::3") == network_of("2001:db8:1:2:ffff::4")
    assert network_of("2001:db8:1:2::3") != network_of("2001:db8:1:3::3")
    assert network_of("192.0.2.1") == "192.0.2.1"
