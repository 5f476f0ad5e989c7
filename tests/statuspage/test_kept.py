"""What was made stays while it is made anew."""

from collections.abc import Callable

import pytest

from opsportal.statuspage.cache import Kept


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_failure_keeps_what_there_was() -> None:
    clock, answers = Clock(), iter([1])
    kept = Kept(lambda: next(answers), 10, clock, start=lambda work: work())
    assert kept.get() == 1
    clock.now = 11
    assert kept.get() == 1
    assert kept.get() == 1


def test_the_first_failure_is_the_callers() -> None:
    def fail() -> int:
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011
        Kept(fail, 10).get()


def test_nobody_waits_and_it_is_made_once() -> None:
    clock, waiting = Clock(), list[Callable[[], None]]()
    answers = iter([1, 2])
    kept = Kept(lambda: next(answers), 10, clock, start=waiting.append)
    kept.get()
    clock.now = 11
    assert [kept.get(), kept.get()] == [1, 1]
    assert len(waiting) == 1
    waiting[0]()
    assert kept.get() == 2
