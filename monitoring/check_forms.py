"""The form of a check: its own fields and those of its kind's settings."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django import forms

from monitoring.editing import masked_settings, probe_of
from monitoring.models import Check
from monitoring.probes.base import Probe, SettingsError, settings_of
from monitoring.probes.registry import kind_named
from monitoring.setting_fields import PREFIX, LinesField, setting_fields

if TYPE_CHECKING:  # Django's class takes no parameter when it runs
    CheckFormBase = forms.ModelForm[Check]
else:
    CheckFormBase = forms.ModelForm


class CheckForm(CheckFormBase):
    """`settings` and `probe` are there when the form is valid; `probe` is not saved by itself."""

    settings: dict[str, Any]
    probe: Probe

    kind = forms.CharField(widget=forms.HiddenInput)
    tags = LinesField(required=False, help_text="One a line")

    class Meta:
        model = Check
        fields = (
            "name",
            "kind",
            "enabled",
            "interval_seconds",
            "timeout_seconds",
            "retries",
            "retry_interval_seconds",
            "successes_to_recover",
            "parent",
            "is_reference",
            "tags",
        )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk:
            self.fields["parent"].queryset = Check.objects.exclude(pk=self.instance.pk)  # type: ignore[attr-defined]
            for name, value in masked_settings(self.instance).items():
                self.initial[f"{PREFIX}{name}"] = value

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        kind = kind_named(self.instance.kind or cleaned["kind"])
        self.settings = {
            each.name: cleaned[f"{PREFIX}{each.name}"]
            for each in settings_of(kind)
            if cleaned.get(f"{PREFIX}{each.name}") is not None
        }
        self.instance.kind = kind.name
        try:
            self.probe = probe_of(self.instance, self.settings)
        except SettingsError as error:
            for name, words in error.errors.items():
                field = f"{PREFIX}{name}"
                # A field that Django has refused already says so itself.
                if field not in self.errors:
                    self.add_error(field if field in self.fields else None, words)
        return cleaned


@cache
def form_for(kind: str) -> type[CheckForm]:
    """Raises KeyError."""
    return type(f"{kind.title()}CheckForm", (CheckForm,), setting_fields(kind_named(kind)))
