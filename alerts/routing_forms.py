"""Forms of routes, inhibitions and maintenance: what cannot be read is told beside its field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime

from alerts import hours, matching
from alerts.models import Inhibition, Maintenance, Route

if TYPE_CHECKING:  # Django's classes take no parameter when they run
    RouteBase = forms.ModelForm[Route]
    InhibitionBase = forms.ModelForm[Inhibition]
    MaintenanceBase = forms.ModelForm[Maintenance]
else:
    RouteBase = InhibitionBase = MaintenanceBase = forms.ModelForm

LAST_YEAR = 2999
REQUIRED_HELP = "One a line, such as host=db-1, check=~trad.*, severity!=info"
LINES = forms.Textarea(attrs={"rows": 4, "cols": 60})


def refused(read: Callable[[str], object]) -> Callable[[str], None]:
    """A validator of what raises ValueError with words for people."""

    def validate(text: str) -> None:
        try:
            read(text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    return validate


def cron_of(text: str) -> None:
    """Raises ValueError."""
    try:
        next(CronSim(text, datetime(2000, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration) as error:
        why = str(error) or "it never comes"
        raise ValueError(f"not a cron expression ({why}); write such as 0 2 * * 0") from None


def zone_of(text: str) -> None:
    """Raises ValueError."""
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError("no such time zone; use a name such as Europe/Berlin") from None


def within_reason(moment: datetime) -> None:
    """A validator: after its last year Python's calendar ends, in the middle of a sum."""
    if not 1970 <= moment.year <= LAST_YEAR:
        raise forms.ValidationError("there is no such year here")


class MomentInput(AdminSplitDateTime):
    """Django's has two inputs for one label: a screen reader would name neither."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        for widget, part in zip(self.widgets, ("Date", "Time"), strict=True):
            widget.attrs["aria-label"] = part


class MatchersField(forms.CharField):
    default_validators = [refused(matching.parse)]


class HoursField(forms.CharField):
    default_validators = [refused(hours.parse)]


class CronField(forms.CharField):
    default_validators = [refused(cron_of)]


class ZoneField(forms.CharField):
    default_validators = [refused(zone_of)]


class RouteForm(RouteBase):
    class Meta:
        model = Route
        fields = (
            "name",
            "position",
            "enabled",
            "matchers",
            "active_hours",
            "channels",
            "group_by",
            "group_wait_seconds",
            "repeat_seconds",
            "goes_on",
        )
        field_classes = {"matchers": MatchersField, "active_hours": HoursField}
        widgets = {"matchers": LINES, "channels": forms.CheckboxSelectMultiple}
        labels = {
            "group_wait_seconds": "Wait for others, seconds",
            "repeat_seconds": "Repeat after, seconds",
            "goes_on": "Ask later routes, too",
        }
        help_texts = {
            "group_by": "Labels with commas: alerts that agree in them come as one message",
            "group_wait_seconds": "So long the first one waits, to be told with those that follow",
            "active_hours": "Such as Mon-Fri 08:00-18:00 Europe/Berlin; empty: always",
            "goes_on": "Else the first route that fits is the last that is asked",
        }


class InhibitionForm(InhibitionBase):
    class Meta:
        model = Inhibition
        fields = ("name", "enabled", "source", "target", "equal")
        field_classes = {"source": MatchersField, "target": MatchersField}
        widgets = {"source": LINES, "target": LINES}
        labels = {"source": "While this fires", "target": "This is not told"}
        help_texts = {"source": REQUIRED_HELP, "target": REQUIRED_HELP}


class MaintenanceForm(MaintenanceBase):
    class Meta:
        model = Maintenance
        fields = (
            "name",
            "enabled",
            "matchers",
            "starts_at",
            "duration_seconds",
            "cron",
            "time_zone",
            "ends_at",
        )
        field_classes: ClassVar[dict[str, type[forms.Field]]] = {
            "matchers": MatchersField,
            "cron": CronField,
            "time_zone": ZoneField,
            "starts_at": forms.SplitDateTimeField,
            "ends_at": forms.SplitDateTimeField,
        }
        widgets = {"matchers": LINES, "starts_at": MomentInput, "ends_at": MomentInput}
        labels = {"duration_seconds": "Lasts, seconds", "ends_at": "Recurs until"}
        help_texts = {"starts_at": "In UTC. Of one that recurs: not before this"}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("starts_at", "ends_at"):
            if name in self.fields:  # who may only look has none
                self.fields[name].validators.append(within_reason)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", "it ends before it begins")
        return cleaned
