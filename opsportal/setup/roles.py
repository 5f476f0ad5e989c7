"""The groups that stand for roles."""

from opsportal.access.roles import ensure_roles
from opsportal.setup.step import Outcome, Report


def make_roles() -> Report:
    made = ensure_roles()
    if not made:
        return Report(Outcome.ALREADY, "roles")
    return Report(Outcome.DONE, f"roles ({', '.join(made)})")
