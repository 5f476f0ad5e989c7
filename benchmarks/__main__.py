"""`make bench`: runs the benchmarks named (all by default) and prints a table of ratios.

Examples: `make bench`, `make bench ARGS="--quick store"`.
"""

import argparse
import importlib
import pkgutil
import sys
from pathlib import Path

from benchmarks.table import render

NOT_SUBJECTS = {"__main__", "table", "year"}
# An hour, or the network: only where it is asked for by name.
BY_NAME_ALONE = {"soak", "fresh"}


def subjects() -> list[str]:
    modules = pkgutil.iter_modules([str(Path(__file__).parent)])
    return sorted(each.name for each in modules if each.name not in NOT_SUBJECTS)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("subjects", nargs="*", help=f"any of: {', '.join(subjects())}")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it runs")
    arguments = parser.parse_args()
    rows = []
    for name in arguments.subjects or sorted(set(subjects()) - BY_NAME_ALONE):
        print(f"running {name} …", file=sys.stderr, flush=True)
        rows += importlib.import_module(f"benchmarks.{name}").run(arguments.quick)
    print(render(rows))
    return 1 if any(row.passed is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
