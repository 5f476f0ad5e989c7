"""Form fields made of a kind's settings: one for each, with its label, help and limits."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from django import forms

from monitoring.editing import MASK
from opsportal.lib.kinds import Configured, is_required, settings_of

PREFIX = "setting_"


class LinesField(forms.CharField):
    """A list of texts, one a line; of a secret one a mask alone stands for what is stored."""

    def __init__(self, *, is_secret: bool = False, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3, "cols": 60}), **options)
        self.is_secret = is_secret

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        if self.is_secret and str(value or "").strip() == MASK:
            return MASK
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]


class PairsField(forms.CharField):
    """An object of texts, one "Name: value" a line; a mask alone stands for what is stored."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3, "cols": 60}), **options)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return "\n".join(f"{name}: {text}" for name, text in value.items())
        return value

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        if text == MASK:
            return MASK
        pairs = {}
        for line in text.splitlines():
            name, colon, rest = line.partition(":")
            if line.strip() and not colon:
                raise forms.ValidationError(f"{line.strip()[:60]!r} is not like Name: value")
            if colon:
                pairs[name.strip()] = rest.strip()
        return pairs


def setting_fields(cls: type[Configured]) -> dict[str, forms.Field]:
    """By the field's name, which is the setting's with PREFIX."""
    return {f"{PREFIX}{each.name}": _field(each) for each in settings_of(cls)}


def given_settings(cleaned: Mapping[str, Any], cls: type[Configured]) -> dict[str, Any]:
    """By the setting's name, of a form with `setting_fields`: those that were filled in."""
    return filled_in(cleaned, {each.name: f"{PREFIX}{each.name}" for each in settings_of(cls)})


def filled_in(cleaned: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, Any]:
    """By name, whose field stands behind it."""
    return {name: cleaned[f] for name, f in fields.items() if cleaned.get(f) is not None}


def complain(form: forms.BaseForm, field: str | None, words: str) -> None:
    """Above the form where it has no such field. One that Django has refused says so itself."""
    if field is None or field not in form.errors:
        form.add_error(field if field in form.fields else None, words)


def _field(each: dataclasses.Field[Any]) -> forms.Field:
    about = each.metadata
    options: dict[str, Any] = {
        "label": about["label"],
        "help_text": _help(about),
        "required": is_required(each),
        "initial": default_of(each),
    }
    if about["choices"]:
        choices = [(choice, choice or about["empty"]) for choice in about["choices"]]
        return forms.ChoiceField(choices=choices, **options)
    match str(each.type):
        case "bool":
            return forms.BooleanField(**{**options, "required": False})
        case "int":
            return forms.IntegerField(**options)
        case "float":
            return forms.FloatField(**options)
        case "dict[str, str]":
            return PairsField(**options)
        case "list[str]":
            return LinesField(is_secret=about["secret"], **options)
    return forms.CharField(widget=_text_widget(about), strip=not about["multiline"], **options)


def _text_widget(about: Mapping[str, Any]) -> forms.Widget:
    if about["multiline"]:
        return forms.Textarea(attrs={"rows": 4, "cols": 60})
    if about["secret"]:
        # What it shows is never the secret: a mask where one is set.
        attributes = {"class": "vTextField", "autocomplete": "new-password"}
        return forms.PasswordInput(render_value=True, attrs=attributes)
    return forms.TextInput(attrs={"class": "vTextField"})


def _help(about: Mapping[str, Any]) -> str:
    kept = "Kept encrypted; empty it to remove it" if about["secret"] else ""
    return ". ".join(part for part in (about["help_text"], kept) if part)


def default_of(each: dataclasses.Field[Any]) -> Any:
    if each.default_factory is not dataclasses.MISSING:
        return each.default_factory()
    return None if each.default is dataclasses.MISSING else each.default
