"""Matchers of labels, one a line: host=db-1, severity!=info, check=~trad.*, path!~/mnt/.*. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re2

_LINE = re.compile(r"\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*(.*?)\s*")
MAX_MATCHERS = 50


@dataclass(frozen=True, slots=True)
class Matcher:
    """A label that an alert does not have is as an empty one."""

    label: str
    operator: str
    value: str

    def matches(self, labels: Mapping[str, str]) -> bool:
        given = labels.get(self.label, "")
        if self.operator in ("=", "!="):
            return (given == self.value) == (self.operator == "=")
        # Anchored at both ends, as in Alertmanager.
        found = _pattern(self.value).fullmatch(given) is not None
        return found == (self.operator == "=~")

    def __str__(self) -> str:
        return f"{self.label}{self.operator}{self.value}"


@lru_cache(maxsize=1000)
def _pattern(text: str) -> re2._Regexp[str]:
    """In linear time, whoever has written it. Imported here: most processes match nothing."""
    import re2

    return re2.compile(text)


@lru_cache(maxsize=1000)
def parse(text: str) -> tuple[Matcher, ...]:
    """Of empty text none, which every alert matches. Raises ValueError, for people."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MAX_MATCHERS:
        raise ValueError(f"{len(lines)} matchers; at most {MAX_MATCHERS} are allowed")
    return tuple(_matcher(line) for line in lines)


def _matcher(line: str) -> Matcher:
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"cannot read {line.strip()[:80]!r}; write a line such as host=db-1")
    label, operator, value = found.groups()
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
    if operator in ("=~", "!~"):
        import re2

        try:
            _pattern(value)
        except re2.error as error:
            raise ValueError(f"{value[:80]!r} is no regular expression: {error}") from None
    return Matcher(label, operator, value)


def exactly(labels: Mapping[str, str]) -> str:
    """Matchers of just these labels, to be parsed again; what no line can say is left out."""
    lines = [f'{name}="{value}"' for name, value in labels.items()]
    kept = [each for each in lines if len(each.splitlines()) == 1 and _LINE.fullmatch(each)]
    return "\n".join(kept[:MAX_MATCHERS])


def matches(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    return all(each.matches(labels) for each in matchers)
