"""Boards are put together here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from alerts.threshold_forms import LabelsField
from opsportal.boards.models import Board, Line

if TYPE_CHECKING:  # Django's classes take no parameter when they run
    BoardBase = admin.ModelAdmin[Board]
    LineBase = admin.StackedInline[Line, Board]
    LineFormBase = forms.ModelForm[Line]
else:
    BoardBase, LineBase = admin.ModelAdmin, admin.StackedInline
    LineFormBase = forms.ModelForm


class LineForm(LineFormBase):
    labels = LabelsField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 30}),
        help_text="Only series with all of them, such as host=web-1, one a line; empty: all",
    )

    class Meta:
        model = Line
        fields = "__all__"


class LineInline(LineBase):
    model = Line
    form = LineForm
    extra = 1
    formfield_overrides = {
        models.CharField: {"widget": forms.TextInput(attrs={"size": 24})},
    }
    fields = (
        ("title", "label", "position"),
        ("metric", "aggregation"),
        ("labels", "split_by"),
    )


@admin.register(Board)
class BoardAdmin(BoardBase):
    list_display = ("name", "slug", "charts", "range")
    search_fields = ("name", "description", "lines__title", "lines__metric")
    prepopulated_fields = {"slug": ("name",)}
    fields = ("name", "slug", "description", "range")
    inlines = (LineInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Board]:
        boards: QuerySet[Board] = super().get_queryset(request)
        return boards.annotate(chart_count=Count("lines__title", distinct=True))

    @admin.display(description="charts", ordering="chart_count")
    def charts(self, board: Any) -> int:
        return int(board.chart_count)
