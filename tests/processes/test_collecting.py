"""A web server's garbage collector leaves alone what is loaded."""

import gc
from collections.abc import Iterator

import pytest

from opsportal.collecting import THRESHOLDS, spare_what_is_loaded


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


class Cycle:
    """Garbage that only the collector finds."""

    def __init__(self) -> None:
        self.own = self


def test_garbage_of_later_is_still_found() -> None:
    spare_what_is_loaded()
    Cycle()
    assert any(type(each) is Cycle for each in gc.get_objects())
    gc.collect()
    assert not any(type(each) is Cycle for each in gc.get_objects())


def test_what_is_loaded_is_not_looked_through_again() -> None:
    spare_what_is_loaded()
    assert gc.get_freeze_count() > 10_000
    assert gc.get_threshold() == THRESHOLDS
