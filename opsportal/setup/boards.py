"""The default boards: made once, never overwritten afterwards."""

from opsportal.boards.defaults import make_defaults
from opsportal.setup.step import Outcome, Report


def make_boards() -> Report:
    made = make_defaults()
    if not made:
        return Report(Outcome.ALREADY, "boards")
    return Report(Outcome.DONE, f"boards ({', '.join(made)})")
