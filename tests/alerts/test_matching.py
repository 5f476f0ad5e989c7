"""Matchers of labels, as in Alertmanager."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.matching import exactly, matches, parse

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


@given(st.dictionaries(st.from_regex(r"\A[a-z_]{1,5}\Z"), st.text(max_size=20), max_size=5))
def test_what_is_written_for_labels_matches_them_and_their_like_alone(
    labels: dict[str, str],
) -> None:
    found = parse(exactly(labels))
    assert matches(found, labels)
    for name in labels:
        said = any(each.label == name for each in found)
        assert said == (len(f"a{labels[name]}b".splitlines()) == 1)
        assert said != matches(found, {**labels, name: f"{labels[name]}?"})


def test_what_looks_like_a_matcher_within_a_value_is_none() -> None:
    (found,) = parse(exactly({"path": '~/a b" '}))
    assert (found.operator, found.value) == ("=", '~/a b" ')
