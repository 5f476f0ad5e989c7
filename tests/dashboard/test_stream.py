"""The stream that tells an open page of a change of state."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError
from django.test import AsyncRequestFactory, Client

from opsportal import draining
from opsportal.dashboard import pulse, stream
from opsportal.dashboard.stream import STREAM_SECONDS, Room, events

ADDRESS = "/dashboard/stream"


class Passing:
    """A clock that moves on by what is waited."""

    def __init__(self, leaves_at: float = 1e9) -> None:
        self.now, self.leaves_at = 100.0, leaves_at

    def clock(self) -> float:
        return self.now

    def wait(self, seconds: float) -> bool:
        self.now += seconds
        return self.now >= self.leaves_at


def told(versions: Iterator[str], passing: Passing) -> list[str]:
    return list(events(lambda: next(versions), passing.wait, passing.clock))


def gone() -> Iterator[str]:
    yield "one"
    raise DatabaseError("gone")


def test_it_ends_when_the_database_does_not_answer() -> None:
    assert told(gone(), Passing())[1:] == ["data: one\n\n"]


def test_it_ends_when_the_server_leaves() -> None:
    passing = Passing(leaves_at=101)
    told(iter(lambda: "one", ""), passing)
    assert passing.now == 101


def test_it_ends_in_its_time_however_much_there_is_to_tell() -> None:
    passing = Passing()
    told(map(str, count()), passing)
    assert passing.now == 100 + STREAM_SECONDS


def test_a_change_is_told_once_and_silence_is_broken_to_find_out_who_is_gone() -> None:
    seen = [*["one"] * 30, *["two"] * 200]
    sent = told(iter(seen), Passing())
    assert [each for each in sent if each.startswith("data")] == ["data: one\n\n", "data: two\n\n"]
    assert sent.count(":\n\n") >= 3


@pytest.mark.django_db
def test_a_stranger_is_refused(client: Client) -> None:
    assert client.get(ADDRESS).status_code == 403


@pytest.mark.django_db
def test_whoever_finds_no_room_is_sent_away_to_ask_every_second(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "ROOM", Room(1))
    first = admin_client.get(ADDRESS)
    assert first["Content-Type"] == "text/event-stream"
    assert admin_client.get(ADDRESS).status_code == 204
    monkeypatch.setattr(stream, "STREAM_SECONDS", 0.0)
    list(first.streaming_content)  # type: ignore[attr-defined]
    assert admin_client.get(ADDRESS).status_code == 200


@pytest.mark.django_db
def test_a_server_that_leaves_begins_no_stream(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draining.leaving, "_flag", True)
    assert admin_client.get(ADDRESS).status_code == 204


@pytest.mark.django_db
def test_the_stream_begins_with_the_version_that_a_poll_gives(admin_client: Client) -> None:
    pulse.shared_version.forget()
    sent = iter(admin_client.get(ADDRESS).streaming_content)  # type: ignore[attr-defined]
    assert next(sent).startswith(b"retry: ")
    version = pulse.shared_version.get()
    assert next(sent) == f"data: {version}\n\n".encode()


@pytest.mark.django_db
def test_an_async_server_which_would_gather_the_stream_is_not_asked_for_one(
    admin_user: User,
) -> None:
    request = AsyncRequestFactory().get(ADDRESS)
    request.user = admin_user
    assert stream.stream(request).status_code == 204
