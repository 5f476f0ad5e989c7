"""The form of a channel: its own fields and those of its kind's settings."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from alerts.channels.registry import build, kind_named
from alerts.editing import masked_settings, unmasked
from alerts.models import Channel
from monitoring.setting_fields import PREFIX, complain, given_settings, setting_fields
from opsportal.lib.kinds import SettingsError

if TYPE_CHECKING:  # Django's class takes no parameter when it runs
    ChannelFormBase = forms.ModelForm[Channel]
else:
    ChannelFormBase = forms.ModelForm


class ChannelForm(ChannelFormBase):
    """`settings` are there when the form is valid; the admin saves them."""

    of_kind: ClassVar[str]
    settings: dict[str, Any]

    # For the view, which chooses the form by it; what it says here is not read.
    kind = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Channel
        fields = ("name", "enabled", "max_per_minute", "drill")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.instance.kind = self.of_kind
        if self.instance.pk:
            for name, value in masked_settings(self.instance).items():
                self.initial[f"{PREFIX}{name}"] = value

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.settings = given_settings(cleaned, kind_named(self.of_kind))
        try:
            build(self.of_kind, unmasked(self.instance, self.settings))
        except SettingsError as error:
            for name, words in error.errors.items():
                complain(self, f"{PREFIX}{name}", words)
        return cleaned


@cache
def form_for(kind: str) -> type[ChannelForm]:
    """Raises KeyError."""
    fields = {**setting_fields(kind_named(kind)), "of_kind": kind}
    return type(f"{kind.title()}ChannelForm", (ChannelForm,), fields)
