"""What a request took is given back at once: in a worker the collector comes too rarely for it."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator

import pycurl
import pytest

from opsportal.lib.http import HttpError, Multi, Request, fetch
from tests.probes.misbehaving import http, sending, serving


@pytest.fixture(autouse=True)
def _no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def open_handles() -> int:
    """Easy handles that libcurl still has something of; a closed one raises when it is asked."""
    count = 0
    for each in gc.get_objects():
        if type(each) is pycurl.Curl:  # a weak proxy asks what it stands for, which may be gone
            with contextlib.suppress(pycurl.error):
                each.getinfo(pycurl.TOTAL_TIME)
                count += 1
    return count


def fetched(url: str) -> None:
    with contextlib.suppress(HttpError):
        fetch(Request(url=url, timeout_seconds=5))


def refused_by_libcurl(_url: str) -> None:
    with contextlib.suppress(HttpError):
        fetch(Request(url="http://127.0.0.1/\0"))


@pytest.mark.parametrize("ask", [fetched, refused_by_libcurl])
def test_a_request_leaves_no_handle_behind(ask: Callable[[str], None]) -> None:
    before = open_handles()
    with serving(sending(http(b"ok"))) as port:
        for _ in range(5):
            ask(f"http://127.0.0.1:{port}/")
    assert open_handles() == before


def test_handles_of_many_manners_are_not_piled_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opsportal.lib.http.spare._MOST", 2)
    before, multi, answers = open_handles(), Multi(), list[object]()
    with serving(sending(http(b"ok"))) as port:
        for number in range(10):
            headers = {"X-Number": str(number)}
            multi.add(Request(url=f"http://127.0.0.1:{port}/", headers=headers), answers.append)
            while len(answers) <= number:
                multi.run(1)
    assert open_handles() <= before + 4
    multi.close()
    assert open_handles() == before
