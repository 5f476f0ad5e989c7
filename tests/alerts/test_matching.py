"""Matchers of labels, as in Alertmanager."""

import pytest

from alerts.matching import matches, parse

LABELS = {"host": "db-1", "severity": "critical", "path": "/mnt/data"}


@pytest.mark.parametrize(
    "text", ["host", "=x", "host=~(", "ho st=x", "host ~ x", "\n".join(["a=b"] * 51)]
)
def test_what_cannot_be_read_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"cannot read|regular expression|at most"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        ("host=db-1", True),
        ("host=db", False),
        ("host!=db-2\nseverity=critical", True),
        ("host=~db-.", True),
        ("host=~db", False),
        ("path!~/mnt/.*", False),
        ('host="db-1"', True),
        ("check=", True),
        ("check!=", False),
        ("check!=tradier", True),
    ],
)
def test_an_alert_matches(text: str, expected: bool) -> None:
    assert matches(parse(text), LABELS) is expected


def test_an_expression_that_would_explode_ends_at_once() -> None:
    assert not matches(parse("host=~(a+)+$"), {"host": "a" * 5000 + "!"})
