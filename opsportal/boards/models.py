"""A board has lines; those of the same title are one chart."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from monitoring.catalogue import METRICS, Kind, choices
from opsportal.dashboard.aggregation import AGGREGATIONS, OF_HISTOGRAMS
from opsportal.dashboard.ranges import PRESETS


class Board(models.Model):
    name = models.CharField(max_length=100, unique=True)
    slug = models.SlugField(
        "address", max_length=100, unique=True, help_text="The board is at /boards/…"
    )
    description = models.CharField(max_length=200, blank=True, default="")
    range = models.CharField(
        max_length=10,
        default="6h",
        choices=[(key, label) for key, (label, _) in PRESETS.items()],
        help_text="What is shown first",
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("boards:board", args=[self.slug])


def validate_labels(labels: object) -> None:
    if not isinstance(labels, dict) or not all(isinstance(each, str) for each in labels.values()):
        raise ValidationError('An object of texts, such as {"host": "web-1"}.')


def metric_choices() -> list[tuple[str, str]]:
    """A function, so that a new metric is no migration."""
    return choices()


class Line(models.Model):
    """The series of a metric that have all of `labels`, put together to one line; with `split_by`
    one line for each value of that label."""

    board = models.ForeignKey(Board, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField("order", default=0)
    title = models.CharField("chart", max_length=100, help_text="Lines of one title are one chart")
    label = models.CharField("line", max_length=60, blank=True, default="")
    metric = models.CharField(max_length=100, choices=metric_choices)
    labels = models.JSONField(
        default=dict,
        blank=True,
        validators=[validate_labels],
        help_text='Only series with these, such as {"host": "web-1"}',
    )
    aggregation = models.CharField(
        max_length=10, default="mean", choices=[(name, name) for name in AGGREGATIONS]
    )
    split_by = models.CharField(
        max_length=63, blank=True, default="", help_text="A label: a line for each of its values"
    )

    class Meta:
        ordering = ["position", "id"]
        verbose_name = "line of a chart"
        verbose_name_plural = "lines of charts"

    def __str__(self) -> str:
        return f"{self.title}: {self.label or self.metric}"

    def clean(self) -> None:
        metric = METRICS.get(self.metric)
        if metric is None:
            return  # which the field says
        if self.aggregation in OF_HISTOGRAMS and metric.kind is not Kind.HISTOGRAM:
            raise ValidationError(
                {"aggregation": f"{metric.name} is no histogram: choose mean, maximum or minimum."}
            )
