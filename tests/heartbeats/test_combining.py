"""Calls at once share one piece of work; each hears its own answer, or what went wrong."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError

from monitoring.heartbeats.combining import Combiner

CALLS = 6


class Work:
    """The first piece of work goes on until all other calls wait."""

    def __init__(self, fail: Any = None) -> None:
        self.batches: list[list[int]] = []
        self.begun, self.go_on = threading.Event(), threading.Event()
        self._fail = fail or (lambda items: None)

    def __call__(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        self.begun.set()
        assert self.go_on.wait(10)
        error = self._fail(items)
        if error is not None:
            raise error
        return [-item for item in items]


def call_all(combiner: Combiner[int, int], work: Work) -> list[int | Exception]:
    """0 first; the others while its work goes on."""

    def call(item: int) -> int | Exception:
        try:
            return combiner(item)
        except Exception as error:
            return error

    with ThreadPoolExecutor(CALLS) as threads:
        first = threads.submit(call, 0)
        assert work.begun.wait(10)
        others = [threads.submit(call, item) for item in range(1, CALLS)]
        while len(combiner._waiting) < CALLS - 1:
            pass
        work.go_on.set()
        return [each.result(10) for each in (first, *others)]


def test_a_database_that_does_not_answer_is_asked_once_and_told_to_all() -> None:
    work = Work(lambda items: OperationalError("gone") if len(items) > 1 else None)
    answers = call_all(Combiner(work), work)
    assert answers[0] == 0
    assert [str(each) for each in answers[1:]] == ["gone"] * (CALLS - 1)
    assert len(work.batches) == 2


@pytest.mark.parametrize("error", [IntegrityError("no such check"), KeyError("unforeseen")])
def test_one_that_cannot_be_worked_on_does_not_take_the_others_along(error: Exception) -> None:
    work = Work(lambda items: error if 3 in items else None)
    assert call_all(Combiner(work), work) == [0, -1, -2, error, -4, -5]


def test_work_that_hangs_is_not_waited_for_for_ever() -> None:
    work = Work()
    combiner = Combiner(work, wait_seconds=0.05)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(combiner, 1)
        assert work.begun.wait(10)
        with pytest.raises(TimeoutError):
            combiner(2)
        work.go_on.set()
        assert first.result(10) == -1
    # Nobody waits for the second one any more.
    assert combiner(3) == -3
    assert work.batches == [[1], [3]]


def test_calls_that_come_meanwhile_are_one_piece_of_work() -> None:
    work = Work()
    assert call_all(Combiner(work), work) == [0, -1, -2, -3, -4, -5]
    assert [len(batch) for batch in work.batches] == [1, CALLS - 1]


def test_a_lone_call_is_worked_on_in_its_own_thread() -> None:
    threads: list[threading.Thread] = []

    def work(items: Sequence[int]) -> list[int]:
        threads.append(threading.current_thread())
        return list(items)

    assert Combiner(work)(7) == 7
    assert threads == [threading.current_thread()]
