"""docs/metrics.md is made from the catalogue; OPSPORTAL_WRITE_DOCS=1 makes it anew."""

import os
from pathlib import Path

from monitoring.catalogue import METRICS, Kind

PAGE = Path(__file__).resolve().parents[2] / "docs" / "metrics.md"
HEAD = """# Metrics

Every metric that the portal knows. A point of any other is refused. Made from
`monitoring/catalogue.py`; a test keeps it current.

| metric | unit | label | what it is |
|---|---|---|---|
"""


def _page() -> str:
    rows = [
        f"| `{each.name}` | {each.unit or 'none'} | {each.label} | {each.help}"
        f"{' (histogram)' if each.kind == Kind.HISTOGRAM else ''} |\n"
        for each in METRICS.values()
    ]
    return HEAD + "".join(rows)


def test_the_page_lists_the_catalogue() -> None:
    if os.environ.get("OPSPORTAL_WRITE_DOCS"):
        PAGE.write_text(_page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == _page()
