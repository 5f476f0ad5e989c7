"""What is wrong with a configuration file, all of it at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any


class ConfigurationError(ValueError):
    """`problems`: each names the place in the file and says what is wrong there."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


def told(where: str, errors: Any) -> Iterator[str]:
    """Nested errors of a serializer as lines: `checks.Shop.settings.url: must not be empty`."""
    if isinstance(errors, Mapping):
        for name, inner in errors.items():
            yield from told(where if name == "non_field_errors" else f"{where}.{name}", inner)
    elif isinstance(errors, Sequence) and not isinstance(errors, str):
        for number, inner in enumerate(errors):
            nested = isinstance(inner, Mapping)
            yield from told(f"{where}[{number}]" if nested else where, inner)
    elif errors:
        yield f"{where}: {errors}"
