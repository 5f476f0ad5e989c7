"""What is expected of an answer: parsed once, judged without I/O.

The patterns are strangers' and the bodies too: regular expressions run in linear time (re2), JSON
paths are the standard's, without scripts. Their libraries are imported where they are used: they
take 13 MB, and most portals have no such expectation.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

_Compare = Callable[[Any, Any], bool]
_COMPARISONS: dict[str, _Compare] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
    "contains": lambda found, wanted: wanted in found,
}
_EXPECTATION = re.compile(
    r"(?P<path>\$.*?)\s+(?:(?P<exists>exists)|(?P<comparison>==|!=|<=|>=|<|>|contains)\s+(?P<value>.+))"
)


class InvalidExpectationError(ValueError):
    """Says what cannot be understood."""


@lru_cache(maxsize=1000)
def status_ranges(text: str) -> tuple[range, ...]:
    """ "200-299,301" as ranges. Raises InvalidExpectationError."""
    ranges = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*([1-5]\d\d)(?:\s*-\s*([1-5]\d\d))?\s*", part)
        if match is None:
            raise InvalidExpectationError("must be like 200-299 or 200,204,301-302")
        ranges.append(range(int(match[1]), int(match[2] or match[1]) + 1))
    return tuple(ranges)


@lru_cache(maxsize=1000)
def pattern(text: str) -> Any:
    """Raises InvalidExpectationError; re2 knows no look-around and no back-references."""
    import re2

    try:
        return re2.compile(text)
    except re2.error as error:
        raise InvalidExpectationError(f"not a regular expression of re2: {error}") from None


@lru_cache(maxsize=1000)
def json_expectation(text: str) -> Callable[[Any], str | None]:
    """A function of a parsed body that says what is wrong with it, or None.

    `text` is like `$.clock.state == "open"`. Raises InvalidExpectationError.
    """
    match = _EXPECTATION.fullmatch(text.strip())
    if match is None:
        raise InvalidExpectationError(
            f'{text!r} is not like $.state == "open" or $.items[0] exists'
        )
    query = _json_path(match["path"])
    try:
        wanted = None if match["exists"] else json.loads(match["value"])
    except ValueError:
        raise InvalidExpectationError(
            f"{match['value']!r} is not a JSON value; texts need double quotes"
        ) from None
    compare = _COMPARISONS.get(match["comparison"] or "", lambda found, wanted: True)

    def complaint(body: Any) -> str | None:
        found = query.find(body).values()
        if not found:
            return f"{match['path']} is not in the answer"
        if any(_holds(compare, each, wanted) for each in found):
            return None
        rule = text.strip().removeprefix(match["path"]).strip()
        return f"{match['path']} is {_shortened(found[0])}, expected {rule}"

    return complaint


def _json_path(path: str) -> Any:
    """Only such as take a time in proportion to the document."""
    import jsonpath_rfc9535

    if path.count("..") > 1:
        raise InvalidExpectationError(f"{path!r} has more than one .., which could take for ever")
    if re.search(r"\b(match|search)\s*\(", path):
        raise InvalidExpectationError(f"{path!r} has a pattern; use the expected pattern for it")
    try:
        return jsonpath_rfc9535.compile(path)
    except jsonpath_rfc9535.JSONPathError as error:
        raise InvalidExpectationError(f"{path!r} is not a JSON path: {error}") from None


def _holds(compare: _Compare, found: Any, wanted: Any) -> bool:
    try:
        return compare(found, wanted)
    except TypeError:  # a number beside a text, say
        return False


def _shortened(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 80 else f"{text[:80]}…"


def json_complaint(body: bytes, expectations: list[str]) -> str | None:
    """The first expectation that does not hold."""
    from jsonpath_rfc9535 import JSONPathError

    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return "the answer is not JSON"
    try:
        complaints = (json_expectation(each)(parsed) for each in expectations)
        return next((each for each in complaints if each), None)
    except (RecursionError, JSONPathError):
        return "the answer is nested too deeply"


def text_complaint(text: str, *, expected: str, refused: str, matching: str) -> str | None:
    if expected and expected not in text:
        return f"the answer does not contain {_shortened(expected)}"
    if refused and refused in text:
        return f"the answer contains {_shortened(refused)}"
    if matching and pattern(matching).search(text) is None:
        return f"the answer does not match {_shortened(matching)}"
    return None


def header_complaint(headers: Mapping[str, str], expected: Mapping[str, str]) -> str | None:
    """`headers` with names in lower case."""
    for name, text in expected.items():
        found = headers.get(name.lower())
        if found is None:
            return f"the header {name} is missing"
        if text not in found:
            return f"the header {name} is {_shortened(found)}, expected {_shortened(text)}"
    return None
