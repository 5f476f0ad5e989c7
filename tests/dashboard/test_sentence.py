"""The sentence of truth."""

from opsportal.dashboard.sentence import Problem, sentence
from opsportal.dashboard.states import State

CRITICAL = Problem(State.CRITICAL, "background work has stopped: nothing came through for 42 s")
WARNING = Problem(State.WARNING, "memory of web-1 is at 93 %")


def test_no_data_is_not_called_normal() -> None:
    said = sentence([], waiting=True)
    assert str(said) == "Waiting for the first data"
    assert said.state == State.UNKNOWN


def test_a_problem_is_told_even_while_waiting() -> None:
    assert sentence([CRITICAL], waiting=True).state == State.CRITICAL


def test_one_critical_problem_is_named() -> None:
    said = sentence([CRITICAL], waiting=False)
    assert (
        str(said)
        == "1 critical problem: background work has stopped: nothing came through for 42 s"
    )


def test_critical_problems_come_before_warnings() -> None:
    said = sentence([WARNING, CRITICAL], waiting=False)
    assert said.state == State.CRITICAL
    assert said.text == f"{CRITICAL.text}; and 1 warning"


def test_a_long_list_is_cut_and_counted() -> None:
    said = sentence([CRITICAL] * 4 + [WARNING] * 2, waiting=False)
    assert said.lead == "4 critical problems:"
    assert said.text == f"{CRITICAL.text}; {CRITICAL.text}; and 2 more and 2 warnings"


def test_warnings_alone_are_a_warning() -> None:
    said = sentence([WARNING], waiting=False)
    assert (said.state, said.lead) == (State.WARNING, "1 warning:")


def test_nothing_wrong_is_said_plainly() -> None:
    said = sentence([], waiting=False)
    assert (str(said), said.state) == ("All systems normal", State.NORMAL)
