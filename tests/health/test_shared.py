"""Two hundred callers at once are one look."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from opsportal.health.shared import Shared


def test_callers_at_once_share_one_look() -> None:
    looks, everybody = [], threading.Barrier(50)

    def make() -> int:
        looks.append(1)
        return len(looks)

    shared = Shared(make)

    def ask(_: int) -> int:
        everybody.wait(10)
        return shared.get()

    with ThreadPoolExecutor(50) as pool:
        answers = set(pool.map(ask, range(50)))
    assert (answers, len(looks)) == ({1}, 1)


def test_an_answer_is_kept_for_a_second_and_no_longer() -> None:
    now = [100.0]
    numbers = iter(range(10))
    shared = Shared(lambda: next(numbers), keep_seconds=1, clock=lambda: now[0])
    assert [shared.get(), shared.get()] == [0, 0]
    now[0] += 1.01
    assert shared.get() == 1


def test_a_look_that_fails_is_not_remembered() -> None:
    calls = []

    def make() -> int:
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("once")
        return 7

    shared = Shared(make)
    with pytest.raises(ValueError, match="once"):
        shared.get()
    assert shared.get() == 7
