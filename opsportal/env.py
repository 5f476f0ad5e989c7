"""Strict readers of environment variables.

Every variable may be given as NAME or as NAME_FILE, a path to a file that holds the value (how
container platforms hand over secrets). A wrong value is never guessed at: it is kept as a
`Problem`, the default stands in so that commands can still explain themselves, and
`opsportal.checks` refuses the start with a message that names the variable.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")

# As Django takes them: a name, one with its subdomains (a dot before it), an address, or all.
HOST = re.compile(r"\*|\.?[\w-]+(\.[\w-]+)*\.?|\[[0-9a-fA-F:.]+\]")
# Loose on purpose: whether mail arrives only sending it can tell.
EMAIL_ADDRESS = re.compile(r"[^@\s,;]+@[^@\s,;]+")
TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off", ""})


@dataclass(frozen=True, slots=True)
class Problem:
    """A variable that cannot be used: its name, what is wrong, and what to do."""

    name: str
    message: str
    hint: str


@dataclass
class Environment:
    """Reads variables out of `source` and collects what is wrong with them in `problems`."""

    source: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)

    @property
    def given(self) -> dict[str, str]:
        """Of the variables that were asked for, those that are set, by the name they are set."""
        names = sorted(name for asked in self.asked for name in (asked, f"{asked}_FILE"))
        return {name: self.source[name] for name in names if self.source.get(name)}

    def text(self, name: str, default: str = "") -> str:
        value = self._raw(name)
        return default if value is None or value == "" else value

    def boolean(self, name: str, default: bool) -> bool:
        return self.parsed(name, default, parse_boolean, "use one of: on, off, true, false, 1, 0")

    def integer(self, name: str, default: int, minimum: int, maximum: int) -> int:
        def parse(value: str) -> int:
            number = int(value)
            if not minimum <= number <= maximum:
                raise ValueError(f"{number} is not between {minimum} and {maximum}")
            return number

        return self.parsed(name, default, parse, f"use a whole number from {minimum} to {maximum}")

    def web_address(self, name: str, default: str = "") -> str:
        return self.parsed(name, default, parse_web_address, "begin it with http:// or https://")

    def words(self, name: str, default: list[str]) -> list[str]:
        """A comma-separated list; white space around the words is dropped."""
        value = self.text(name)
        return [word.strip() for word in value.split(",") if word.strip()] if value else default

    def words_like(
        self, name: str, default: list[str], pattern: re.Pattern[str], hint: str
    ) -> list[str]:
        """As `words`; refuses the whole list for one word that is not like `pattern`."""
        wrong = [word for word in self.words(name, default) if not pattern.fullmatch(word)]
        if wrong and self.text(name):
            self._refuse(name, f"{name} is wrong: {wrong[0]!r}", hint)
            return default
        return self.words(name, default)

    def together(self, *names: str) -> None:
        """Of these, each is of no use without the others."""
        missing = [name for name in names if not self.text(name)]
        if missing and len(missing) < len(names):
            given = next(name for name in names if name not in missing)
            self._refuse(missing[0], f"{given} is set, but {missing[0]} is not", "set both or none")

    def path(self, name: str, default: Path) -> Path:
        return Path(self.text(name, str(default))).expanduser().absolute()

    def parsed(self, name: str, default: T, parse: Callable[[str], T], hint: str) -> T:
        """`parse` raises ValueError, whose words are shown, for a value that it refuses."""
        value = self._raw(name)
        if value is None or value == "":
            return default
        try:
            return parse(value)
        except ValueError as error:
            self._refuse(name, f"{name} is wrong: {error}", hint)
            return default

    def require(self, name: str, reason: str) -> None:
        """It is missing, or of no use, beside others that are given."""
        if not any(problem.name.startswith(name) for problem in self.problems):
            self._refuse(name, f"{name} is missing: {reason}", "set it, or take the others away")

    def _raw(self, name: str) -> str | None:
        self.asked.add(name)
        file_name = f"{name}_FILE"
        path = self.source.get(file_name)
        if path and self.source.get(name):
            self._refuse(name, f"Both {name} and {file_name} are set", "keep one of the two")
            return self.source[name]
        if not path:
            return self.source.get(name)
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            self._refuse(
                file_name,
                f"{file_name} cannot be read: {path}: {reason}",
                f"give the path of a readable text file, or set {name} itself",
            )
            return None

    def _refuse(self, name: str, message: str, hint: str) -> None:
        problem = Problem(name, message, hint)
        if problem not in self.problems:
            self.problems.append(problem)


def parse_web_address(value: str) -> str:
    """Does not repeat the value, which may be a secret."""
    parts = urlsplit(value)
    # Reading the port raises ValueError where it is none.
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0:
        raise ValueError("it is not the address of a web server")
    return value


def parse_bind_address(value: str) -> str:
    if value != "localhost":
        ipaddress.ip_address(value)
    return value


def parse_boolean(value: str) -> bool:
    word = value.strip().lower()
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    raise ValueError(f"{value!r} is neither on nor off")
