"""The form of a threshold: labels as lines, and the settings of every kind as fields."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms

from alerts.conditions.registry import KINDS
from alerts.editing import check_threshold
from alerts.models import Threshold
from monitoring.catalogue import choices
from opsportal.lib.kinds import SettingsError, settings_of

if TYPE_CHECKING:  # Django's class takes no parameter when it runs
    ThresholdBase = forms.ModelForm[Threshold]
else:
    ThresholdBase = forms.ModelForm

PREFIX = "setting"


class LabelsField(forms.CharField):
    """One a line, as name=value."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return "\n".join(f"{name}={text}" for name, text in value.items())
        return value

    def clean(self, value: Any) -> dict[str, str]:
        found: dict[str, str] = {}
        for line in (super().clean(value) or "").splitlines():
            name, equals, text = line.partition("=")
            if line.strip() and not (equals and name.strip()):
                raise forms.ValidationError(f"“{line.strip()[:80]}” is not written as name=value")
            if equals:
                found[name.strip()] = text.strip()
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class ThresholdForm(ThresholdBase):
    metric = forms.ChoiceField(choices=choices)
    runbook_url = forms.CharField(
        label="Runbook URL",
        required=False,
        max_length=500,
        help_text="What to do, for whoever is woken",
    )
    labels = LabelsField(
        required=False, help_text="Only series with all of them, such as host=web-1; empty: all"
    )
    extra_labels = LabelsField(
        required=False, help_text="Given to its alerts, for routes and silences: team=payments"
    )

    class Meta:
        model = Threshold
        exclude = ("settings",)
        widgets = {"channels": forms.CheckboxSelectMultiple}
        labels = {
            "value": "Value",
            "window_seconds": "Window, seconds",
            "no_data": "Without data",
        }
        help_texts = {
            "value": "Beyond it the alert has the severity chosen above",
            "kind": "What is asked of the series",
            "aggregation": "How the values of the window become one",
            "window_seconds": "So far back it looks",
            "no_data": "What becomes of an alert while nothing is recorded",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name, value in self.instance.settings.items():
                self.initial[field_name(self.instance.kind, name)] = value

    def _post_clean(self) -> None:
        """After the instance has got the fields: what only all of them together tell."""
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        self.instance.settings = self._settings(self.instance.kind)
        try:
            check_threshold(self.instance)
        except SettingsError as error:
            for name, words in error.errors.items():
                of_kind = field_name(self.instance.kind, name)
                self.add_error(name if name in self.fields else of_kind, words)

    def _settings(self, kind: str) -> dict[str, Any]:
        given = {
            each.name: self.cleaned_data.get(field_name(kind, each.name))
            for each in settings_of(KINDS[kind])
        }
        return {name: value for name, value in given.items() if value is not None}


def field_name(kind: str, name: str) -> str:
    return f"{PREFIX}_{kind}_{name}"


def setting_fields() -> dict[str, list[str]]:
    """The names of the fields of each kind that has settings."""
    return {
        kind: [field_name(kind, each.name) for each in settings_of(condition)]
        for kind, condition in KINDS.items()
        if settings_of(condition)
    }


def _field(each: dataclasses.Field[Any]) -> forms.Field:
    made = forms.IntegerField if str(each.type) == "int" else forms.FloatField
    default = f"empty: {each.default:g}"
    words = each.metadata["help_text"]
    return made(
        required=False,
        label=each.metadata["label"],
        help_text=f"{words}; {default}" if words else default,
        min_value=each.metadata["minimum"],
        max_value=each.metadata["maximum"],
    )


for _kind, _condition in KINDS.items():
    for _each in settings_of(_condition):
        _made = _field(_each)
        # Declared as if by hand: the admin derives a form of its own from this one.
        ThresholdForm.declared_fields[field_name(_kind, _each.name)] = _made
        ThresholdForm.base_fields[field_name(_kind, _each.name)] = _made
