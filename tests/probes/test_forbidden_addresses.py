"""Where the portal does not connect, whatever a check or a redirect says."""

from __future__ import annotations

import pycurl
import pytest
from pytest_django import Settings

from opsportal.lib.addresses import ForbiddenAddressError, check_address
from opsportal.lib.http import HttpError, Request, fetch
from opsportal.lib.http.handle import set_manner
from tests.probes.misbehaving import http, sending, serving


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.0.1",
        "fe80::1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "100.100.100.200",
        "168.63.129.16",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "0.0.0.0",  # noqa: S104
        "::",
        "224.0.0.1",
    ],
)
def test_link_local_metadata_and_nobodys_addresses_are_always_refused(
    settings: Settings, address: str
) -> None:
    settings.ALLOWED_ADDRESSES = ["0.0.0.0/0", "::/0"]
    with pytest.raises(ForbiddenAddressError, match=r"is link-local|is no address"):
        check_address(address)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.1.2.3", "192.168.0.1", "fd12::1"])
def test_private_addresses_are_allowed_unless_the_operator_refuses_them(
    settings: Settings, address: str
) -> None:
    check_address(address)
    settings.PRIVATE_ADDRESSES_ALLOWED = False
    with pytest.raises(ForbiddenAddressError, match="OPSPORTAL_ALLOWED_ADDRESSES"):
        check_address(address)


def test_the_allow_list_makes_exceptions(settings: Settings) -> None:
    settings.PRIVATE_ADDRESSES_ALLOWED = False
    settings.ALLOWED_ADDRESSES = ["10.1.0.0/16", "fd12::/16"]
    check_address("10.1.2.3")
    check_address("fd12::1")
    check_address("1.1.1.1")
    with pytest.raises(ForbiddenAddressError):
        check_address("10.2.0.1")


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://2852039166/",
        "http://0xa9fea9fe/",
        "http://0251.0376.0251.0376/",
        "http://0.0.0.0:1/",
        "http://127.0.0.1@169.254.169.254/",
        "http://127.0.0.1:80@169.254.169.254/",
        "http://[::1]@169.254.169.254/",
        "HTTP://169.254.169.254",
        "http:///169.254.169.254/",
    ],
)
def test_however_it_is_spelt(url: str) -> None:
    with pytest.raises(HttpError) as raised:
        fetch(Request(url=url, timeout_seconds=1))
    assert raised.value.failure == "forbidden"


def test_a_name_that_resolves_to_a_refused_address_is_refused(settings: Settings) -> None:
    settings.PRIVATE_ADDRESSES_ALLOWED = False
    with pytest.raises(HttpError) as raised:
        fetch(Request(url="http://localhost:1/", timeout_seconds=1))
    assert raised.value.failure == "forbidden"


def test_a_name_that_resolves_to_something_else_a_moment_later_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its owner decides what it resolves to: here libcurl is told, each time anew."""
    addresses = iter(["127.0.0.1", "169.254.169.254"])

    def resolving(easy: pycurl.Curl, request: Request) -> None:
        set_manner(easy, request)
        easy.setopt(pycurl.RESOLVE, [f"rebinding.example:{port}:{next(addresses)}"])

    monkeypatch.setattr("opsportal.lib.http.transfer.set_manner", resolving)
    with serving(sending(http(b"ok"))) as port:
        request = Request(url=f"http://rebinding.example:{port}/", timeout_seconds=5)
        assert fetch(request).status == 200
        with pytest.raises(HttpError, match=r"169\.254\.169\.254 is link-local") as raised:
            fetch(request)
    assert raised.value.failure == "forbidden"


def test_an_environment_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with pytest.raises(HttpError) as raised:
        fetch(Request(url="http://169.254.1.1/", timeout_seconds=1))
    assert raised.value.failure == "forbidden"
