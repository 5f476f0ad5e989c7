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
_OPERATOR = re.compile(
    r"\s+(?:(?P<exists>exists)$|(?P<comparison>==|!=|<=|>=|<|>|contains)\s+(?=\S))"
)
# Each of [0, 0] doubles what the next one looks at.
_MOST_COMMAS = 3


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


@lru_cache(maxsize=10_000)
def is_expected(status: int, text: str) -> bool:
    return any(status in each for each in status_ranges(text))


@lru_cache(maxsize=1000)
def pattern(text: str) -> Any:
    """Raises InvalidExpectationError; re2 knows no look-around and no back-references."""
    import re2

    try:
        return re2.compile(text)
    except re2.error as error:
        words = error.args[0] if error.args else ""
        words = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
        raise InvalidExpectationError(f"not a regular expression of re2: {words}") from None


@lru_cache(maxsize=1000)
def json_expectation(text: str) -> Callable[[Any], str | None]:
    """A function of a parsed body that says what is wrong with it, or None.

    `text` is like `$.clock.state == "open"`. Raises InvalidExpectationError.
    """
    path, rule, query, compare, wanted = _parsed(text.strip())

    def complaint(body: Any) -> str | None:
        found = query.find(body).values()
        if not found:
            return f"{path} is not in the answer"
        if any(_holds(compare, each, wanted) for each in found):
            return None
        return f"{path} is {_shortened(found[0])}, expected {rule}"

    return complaint


def _parsed(text: str) -> tuple[str, str, Any, _Compare, Any]:
    """Path, rule, the path's query, the rule's comparison and value.

    A filter has comparisons of its own, and so may a text: the last operator at which both sides
    can be read is the expectation's.
    """
    problem = InvalidExpectationError(
        f'{text!r} is not like $.state == "open" or $.items[0] exists'
    )
    for match in reversed(list(_OPERATOR.finditer(text))):
        path, rule = text[: match.start()], text[match.start() :].strip()
        try:
            query = _json_path(path)
            wanted = None if match["exists"] else _value(text[match.end() :])
        except InvalidExpectationError as error:
            problem = error
            continue
        return path, rule, query, _COMPARISONS.get(match["comparison"] or "", _exists), wanted
    raise problem


def _exists(found: Any, wanted: Any) -> bool:
    return True


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise InvalidExpectationError(
            f"{text!r} is not a JSON value; texts need double quotes"
        ) from None


def _json_path(path: str) -> Any:
    """Only such as take a time in proportion to the document."""
    import jsonpath_rfc9535

    if path.count("..") > 1:
        raise InvalidExpectationError(f"{path!r} has more than one .., which could take for ever")
    if path.count("?") > 1 or ("?" in path and "$" in path[1:]):
        raise InvalidExpectationError(f"{path!r} has a filter in a filter, or $ in one")
    if path.count(",") > _MOST_COMMAS:
        raise InvalidExpectationError(f"{path!r} has more than {_MOST_COMMAS} commas")
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
