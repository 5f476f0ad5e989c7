"""The form of a silence: moments for people instead of milliseconds, or how long it lasts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import forms

from alerts.admin_cells import as_datetime
from alerts.models import Silence
from alerts.routing_forms import LINES, REQUIRED_HELP, MatchersField, MomentInput, within_reason

if TYPE_CHECKING:  # Django's class takes no parameter when it runs
    SilenceBase = forms.ModelForm[Silence]
else:
    SilenceBase = forms.ModelForm

_UNTIL_THE_END = "until the end below"
DURATIONS = [("3600", "1 hour"), ("14400", "4 hours"), ("86400", "1 day"), ("", _UNTIL_THE_END)]


class SilenceForm(SilenceBase):
    starts_at = forms.SplitDateTimeField(widget=MomentInput, validators=[within_reason])
    duration = forms.ChoiceField(label="Lasts", choices=DURATIONS, required=False)
    ends_at = forms.SplitDateTimeField(
        widget=MomentInput,
        required=False,
        validators=[within_reason],
        help_text="Instead of a duration",
    )

    class Meta:
        model = Silence
        fields = ("matchers", "comment")
        field_classes = {"matchers": MatchersField}
        widgets = {"matchers": LINES}
        help_texts = {"matchers": REQUIRED_HELP}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        silence = self.instance
        if silence.pk:
            self.initial["starts_at"] = as_datetime(silence.starts_ms)
            self.initial["ends_at"] = as_datetime(silence.ends_ms)
        else:
            self.initial.setdefault("starts_at", datetime.now(UTC))
            self.initial.setdefault("duration", "3600")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        starts_at = cleaned.get("starts_at")
        if starts_at is None or "ends_at" in self.errors:
            return cleaned
        ends_at = self._end(starts_at, cleaned.get("duration"), cleaned.get("ends_at"))
        if ends_at is None:
            self.add_error("duration", "choose how long it lasts, or write when it ends")
        elif ends_at <= starts_at:
            self.add_error("ends_at", "it ends before it begins")
        else:
            self.instance.starts_ms = round(starts_at.timestamp() * 1000)
            self.instance.ends_ms = round(ends_at.timestamp() * 1000)
        return cleaned

    def _end(
        self, starts_at: datetime, seconds: str | None, ends_at: datetime | None
    ) -> datetime | None:
        """What somebody has changed counts; of both the end, which says more."""
        if ends_at and ("ends_at" in self.changed_data or not seconds):
            return ends_at
        return starts_at + timedelta(seconds=int(seconds)) if seconds else None
