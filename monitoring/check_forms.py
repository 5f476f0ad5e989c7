"""The form of a check: its own fields and those of its kind's settings."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import ForeignKeyRawIdWidget

from monitoring.editing import masked_settings, probe_of, refuse_circle
from monitoring.models import Check
from monitoring.probes.base import Probe
from monitoring.probes.registry import kind_named
from monitoring.setting_fields import (
    PREFIX,
    LinesField,
    complain,
    given_settings,
    setting_fields,
)
from opsportal.lib.kinds import SettingsError

if TYPE_CHECKING:  # Django's class takes no parameter when it runs
    CheckFormBase = forms.ModelForm[Check]
else:
    CheckFormBase = forms.ModelForm

MOST_CHOICES = 500
# Of probes: the portal does not run a heartbeat, it waits for it.
PROBING = (
    "interval_seconds",
    "timeout_seconds",
    "retries",
    "retry_interval_seconds",
    "successes_to_recover",
    "is_reference",
)


class CheckForm(CheckFormBase):
    """`settings` and `probe` are there when the form is valid; `probe` is not saved by itself."""

    of_kind: ClassVar[str]
    settings: dict[str, Any]
    probe: Probe

    # For the view, which chooses the form by it; what it says here is not read.
    kind = forms.CharField(widget=forms.HiddenInput, required=False)
    tags = LinesField(required=False, help_text="To filter the list by; one a line")

    class Meta:
        model = Check
        fields = ("name", "enabled", *PROBING, "parent", "tags")
        labels = {
            "interval_seconds": "Every, seconds",
            "timeout_seconds": "Timeout, seconds",
            "retry_interval_seconds": "Retry after, seconds",
            "successes_to_recover": "Good probes to recover",
            "is_reference": "Reference check",
            "parent": "Parent check",
        }
        help_texts = {
            "interval_seconds": "Time from one probe to the next",
            "timeout_seconds": "No whole answer by then is a failure",
            "retry_interval_seconds": "How soon a failed probe is repeated",
            "is_reference": "Something that always answers, such as a large provider: while it "
            "does not, it is the portal's own network that is down, and no check is blamed",
            "parent": "What this one cannot work without: while that is down this one is unknown, "
            "and nobody is told",
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.instance.kind = self.of_kind
        if Check.objects.count() > MOST_CHOICES:
            # As a list, ten thousand names would be a page of their own.
            related = Check._meta.get_field("parent").remote_field
            self.fields["parent"].widget = ForeignKeyRawIdWidget(related, admin.site)
        if self.of_kind == "heartbeat":
            for name in PROBING:
                del self.fields[name]
        if self.instance.pk:
            for name, value in masked_settings(self.instance).items():
                self.initial[f"{PREFIX}{name}"] = value

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.settings = given_settings(cleaned, kind_named(self.of_kind))
        try:
            refuse_circle(self.instance, cleaned.get("parent"))
            self.probe = probe_of(self.instance, self.settings)
        except SettingsError as error:
            for name, words in error.errors.items():
                complain(self, name if name in self.fields else f"{PREFIX}{name}", words)
        return cleaned

    @property
    def mistakes(self) -> dict[str, list[str]]:
        """By label: what stands in the way of a trial, for which a check needs no name."""
        return {
            str(self[name].label) if name in self.fields else "": [str(each) for each in errors]
            for name, errors in self.errors.items()
            if name.startswith((PREFIX, "timeout_seconds", "__all__"))
        }


@cache
def form_for(kind: str) -> type[CheckForm]:
    """Raises KeyError."""
    fields = {**setting_fields(kind_named(kind)), "of_kind": kind}
    return type(f"{kind.title()}CheckForm", (CheckForm,), fields)
