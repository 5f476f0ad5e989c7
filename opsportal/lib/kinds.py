"""Kinds of a swappable thing (check, channel): a dataclass whose fields are its settings.

Constructing one validates it, and its fields carry what a form needs to ask for them.
"""

from __future__ import annotations

import dataclasses
from abc import ABC
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self, dataclass_transform


class SettingsError(ValueError):
    """`errors`: what is wrong, by the setting's name."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {error}" for name, error in errors.items()))
        self.errors = dict(errors)


def setting(
    label: str,
    help_text: str = "",
    *,
    default: Any = dataclasses.MISSING,
    secret: bool = False,
    choices: Sequence[str] = (),
    minimum: float | None = None,
    maximum: float | None = None,
    multiline: bool = False,
    empty: str = "none",
) -> Any:
    """A field of a kind. Without a default it is required; secrets stay out of its repr; `empty` is
    what people call the choice of nothing."""
    metadata = {
        "label": label,
        "help_text": help_text,
        "secret": secret,
        "choices": tuple(choices),
        "minimum": minimum,
        "maximum": maximum,
        "multiline": multiline,
        "empty": empty,
    }
    if isinstance(default, (dict, list)):
        return field(default_factory=default.copy, repr=not secret, metadata=metadata)
    return field(default=default, repr=not secret, metadata=metadata)


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(setting,))
def kind(cls: type[Any]) -> Any:
    """Decorates a Configured: its annotated settings become arguments of its constructor."""
    return dataclass(frozen=True, kw_only=True)(cls)


class Configured(ABC):
    """Its types of settings are str, int, float, bool, dict[str, str], list[str].

    Constructing it validates: SettingsError.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    # Of settings that are rarely made: what a form calls them together, and their names.
    groups: ClassVar[Mapping[str, Sequence[str]]] = {}

    def __post_init__(self) -> None:
        errors = {
            each.name: error for each in settings_of(type(self)) if (error := _error(self, each))
        }
        errors = errors or dict(self.validate())
        if errors:
            raise SettingsError(errors)

    def validate(self) -> Mapping[str, str]:
        """What no single field can tell: errors by the setting's name."""
        return {}

    @classmethod
    def from_settings(cls, given: Mapping[str, Any]) -> Self:
        """Raises SettingsError, also for names that the kind does not have."""
        known = {each.name: each for each in settings_of(cls)}
        errors = {name: f"{cls.label} has no such setting" for name in given if name not in known}
        errors |= {
            name: "this setting is required"
            for name, each in known.items()
            if is_required(each) and given.get(name) in (None, "")
        }
        if errors:
            raise SettingsError(errors)
        return cls(**{name: value for name, value in given.items() if value is not None})


def settings_of(cls: type[Configured]) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(cls)  # type: ignore[arg-type]


def is_required(each: dataclasses.Field[Any]) -> bool:
    return each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING


def secret_names(cls: type[Configured]) -> frozenset[str]:
    return frozenset(each.name for each in settings_of(cls) if each.metadata["secret"])


_TYPES: dict[str, tuple[type, str]] = {
    "str": (str, "text"),
    "int": (int, "a whole number"),
    "float": (float, "a number"),
    "bool": (bool, "true or false"),
    "dict[str, str]": (dict, "an object of texts"),
    "list[str]": (list, "a list of texts"),
}


def _error(configured: Configured, each: dataclasses.Field[Any]) -> str | None:
    value = getattr(configured, each.name)
    expected, words = _TYPES[str(each.type)]
    if not _is(value, expected):
        return f"must be {words}"
    if each.metadata["choices"] and value not in each.metadata["choices"]:
        return f"must be one of {', '.join(each.metadata['choices'])}"
    return _out_of_range(value, each.metadata["minimum"], each.metadata["maximum"])


def _is(value: object, expected: type) -> bool:
    if expected is dict:
        return isinstance(value, dict) and all(
            isinstance(text, str) for pair in value.items() for text in pair
        )
    if expected is list:
        return isinstance(value, list) and all(isinstance(text, str) for text in value)
    if expected is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if expected is str:
        return isinstance(value, str) and "\0" not in value
    return type(value) is expected


def _out_of_range(value: Any, minimum: float | None, maximum: float | None) -> str | None:
    if minimum is not None and value < minimum:
        return f"must be at least {minimum:g}"
    if maximum is not None and value > maximum:
        return f"must be at most {maximum:g}"
    return None
