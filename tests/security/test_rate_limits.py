"""Who asks too often is refused, told when to come again, and keeps nobody else out."""

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from opsportal.throttling.limits import Group, Limit, admit, parse_limits
from opsportal.throttling.middleware import MOST_ADDRESSES, Gate

Ask = Callable[..., HttpResponse | None]


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ask(clock: Clock, rf: RequestFactory) -> Ask:
    """`ask(path, address, method)` at a gate that lets two a second pass in each group."""
    gate = Gate(dict.fromkeys(Group, Limit(0.5, 2)), clock)

    def asked(path: str, address: str = "192.0.2.1", method: str = "GET") -> HttpResponse | None:
        return gate.refusal(rf.generic(method, path, REMOTE_ADDR=address))

    return asked


@pytest.mark.parametrize(
    "path", ["/api/v1/checks", "/api/health", "/metrics", "/ping/x", "/status/"]
)
def test_the_third_at_once_is_refused(ask: Ask, path: str) -> None:
    assert ask(path) is None
    assert ask(path) is None
    refused = ask(path)
    assert refused is not None
    assert refused.status_code == 429
    assert refused["Retry-After"] == "1"
    assert b"Try again in 1 s." in refused.content


def test_the_refusal_of_a_login_is_a_page(ask: Ask) -> None:
    ask("/admin/login/", method="POST")
    ask("/admin/login/", method="POST")
    refused = ask("/admin/login/", method="POST")
    assert refused is not None
    assert b"Too many requests" in refused.content
    assert ask("/admin/login/") is None  # looking at the form is free


def test_a_refusal_does_not_make_the_wait_longer(ask: Ask, clock: Clock) -> None:
    for _ in range(50):
        ask("/ping/x")
    clock.now += 0.5
    assert ask("/ping/x") is None
    assert ask("/ping/x") is not None


def test_addresses_and_groups_do_not_share_a_limit(ask: Ask) -> None:
    for _ in range(3):
        ask("/api/v1/checks")
    assert ask("/api/health") is None
    assert ask("/api/v1/checks", address="192.0.2.2") is None


def test_pages_are_not_limited(ask: Ask) -> None:
    assert [ask("/") for _ in range(10)] == [None] * 10


def test_a_flood_of_addresses_takes_no_more_memory_than_is_set(
    clock: Clock, rf: RequestFactory
) -> None:
    gate = Gate({Group.PING: Limit(60, 1)}, clock)
    for number in range(MOST_ADDRESSES + 10):
        address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
        gate.refusal(rf.get("/ping/x", REMOTE_ADDR=address))
    assert len(gate._due) <= MOST_ADDRESSES


def test_what_comes_evenly_is_never_refused() -> None:
    due, limit = 0.0, Limit(0.1, 1)
    for number in range(1000):
        wait, due = admit(due, 5.0 + number * 0.1, limit)
        assert wait == 0


def test_limits_are_read_from_text() -> None:
    limits = parse_limits("login=6/min, api=off")
    assert limits[Group.LOGIN] == Limit(10.0, 6)
    assert limits[Group.API] is None
    assert limits[Group.PING] == Limit(1 / 5000, 5000)
    assert set(parse_limits("off").values()) == {None}


@pytest.mark.parametrize("text", ["login", "login=0/s", "login=5/day", "login=x/s", "shop=5/s"])
def test_a_wrong_limit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a limit|is none of"):
        parse_limits(text)
