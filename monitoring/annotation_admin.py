"""Annotations in the admin: a note that stands on the charts, written by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from monitoring.annotations import MOST_TAGS, TAG_LENGTH
from monitoring.history_admin import RecentValuesFilter
from monitoring.models import Annotation
from monitoring.when_filter import when

if TYPE_CHECKING:  # Django's classes take no parameter when they run
    AnnotationFormBase = forms.ModelForm[Annotation]
    AnnotationAdminBase = admin.ModelAdmin[Annotation]
else:
    AnnotationFormBase, AnnotationAdminBase = forms.ModelForm, admin.ModelAdmin


def _moment_input() -> forms.SplitDateTimeWidget:
    """The browser's own: as people write dates where they are."""
    return forms.SplitDateTimeWidget(
        date_attrs={"type": "date", "aria-label": "Day"},
        time_attrs={"type": "time", "aria-label": "Time"},
        date_format="%Y-%m-%d",
        time_format="%H:%M",
    )


class AnnotationForm(AnnotationFormBase):
    time = forms.SplitDateTimeField(widget=_moment_input(), help_text="When it began, in UTC")
    end = forms.SplitDateTimeField(
        widget=_moment_input(), required=False, help_text="Leave empty for a moment"
    )
    tags = forms.CharField(
        required=False, max_length=1000, help_text="Separated by commas, such as shop, web-1"
    )

    class Meta:
        model = Annotation
        fields = ("kind", "text")
        widgets = {"text": forms.TextInput(attrs={"class": "vTextField"})}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        row = self.instance
        self.initial.setdefault("time", _moment(row.time_ms) or datetime.now(UTC))
        self.initial.setdefault("end", _moment(row.end_ms))
        self.initial["tags"] = ", ".join(row.tags)

    def clean_tags(self) -> list[str]:
        tags = [tag.strip() for tag in self.cleaned_data["tags"].split(",") if tag.strip()]
        if len(tags) > MOST_TAGS or any(len(tag) > TAG_LENGTH for tag in tags):
            raise ValidationError(f"At most {MOST_TAGS} tags of {TAG_LENGTH} letters each.")
        return tags

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        time, end = cleaned.get("time"), cleaned.get("end")
        for name, moment in (("time", time), ("end", end)):
            if moment is not None and not 1970 <= moment.year < 2200:
                self.add_error(name, "Choose a time of this era.")
        if time and end and end < time:
            self.add_error("end", "It ends before it begins.")
        return cleaned

    def save(self, commit: bool = True) -> Annotation:
        self.instance.time_ms = round(self.cleaned_data["time"].timestamp() * 1000)
        end = self.cleaned_data["end"]
        self.instance.end_ms = None if end is None else round(end.timestamp() * 1000)
        self.instance.tags = self.cleaned_data["tags"]
        saved: Annotation = super().save(commit)
        return saved


@admin.register(Annotation)
class AnnotationAdmin(AnnotationAdminBase):
    form = AnnotationForm
    list_display = ("text", "kind", "began", "ended", "shown_tags", "created_by")
    list_filter = ("kind", when("time_ms"), ("created_by", RecentValuesFilter))
    search_fields = ("text", "tags")
    fields = ("kind", "text", "time", "end", "tags")

    @admin.display(description="began (UTC)", ordering="time_ms")
    def began(self, row: Annotation) -> datetime | None:
        return _moment(row.time_ms)

    @admin.display(description="ended (UTC)", ordering="end_ms")
    def ended(self, row: Annotation) -> datetime | None:
        return _moment(row.end_ms)

    @admin.display(description="tags")
    def shown_tags(self, row: Annotation) -> str:
        return ", ".join(row.tags)

    def save_model(self, request: HttpRequest, obj: Annotation, form: Any, change: bool) -> None:
        if not change:
            obj.created_by = request.user.get_username()
        super().save_model(request, obj, form, change)


def _moment(time_ms: int | None) -> datetime | None:
    return datetime.fromtimestamp(time_ms / 1000, UTC) if time_ms else None
