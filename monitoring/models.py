"""The metric store's tables. Only `monitoring.store` reads and writes them; docs/store.md."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models


class Series(models.Model):
    """A metric with labels, and its latest point."""

    metric = models.CharField(max_length=100)
    labels = models.JSONField(default=dict)
    # Digest of metric and labels: a pure function of both, so that writers need no cache of ids.
    key = models.CharField(max_length=32)
    created_at = models.DateTimeField(auto_now_add=True)
    # Points before this time are in blocks, points from it on are head rows.
    sealed_until_ms = models.BigIntegerField(default=0)
    last_time_ms = models.BigIntegerField(default=0)
    last_value = models.FloatField(default=0)
    # What a histogram's points have counted in all, whatever retention has deleted since.
    total_count = models.BigIntegerField(default=0)
    total_sum = models.FloatField(default=0)

    class Meta:
        verbose_name_plural = "series"
        ordering = ["metric", "id"]
        indexes = [models.Index(fields=["metric"], name="series_by_metric")]
        constraints = [models.UniqueConstraint(fields=["key"], name="series_key_is_unique")]

    def __str__(self) -> str:
        labels = ", ".join(f"{name}={value}" for name, value in sorted(self.labels.items()))
        return f"{self.metric}{{{labels}}}"


class Point(models.Model):
    """A recent point (the head). `histogram` is `Histogram.to_bytes`; `value` is then its mean."""

    pk = models.CompositePrimaryKey("series_id", "time_ms")
    # No constraint: checking it costs more than the insert, and points are inserted only under
    # the writers' lock, for series that were read under the same lock.
    series = models.ForeignKey(
        Series, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    time_ms = models.BigIntegerField()
    value = models.FloatField()
    histogram = models.BinaryField(null=True)

    def __str__(self) -> str:
        return f"{self.series_id} at {self.time_ms}: {self.value}"


class Block(models.Model):
    """Sealed points or rollups of one series, one resolution and one period, compressed."""

    pk = models.CompositePrimaryKey("series_id", "resolution_ms", "start_ms")
    series = models.ForeignKey(Series, models.CASCADE, related_name="+", db_index=False)
    resolution_ms = models.IntegerField()
    start_ms = models.BigIntegerField()
    count = models.IntegerField()
    data = models.BinaryField()

    class Meta:
        # Retention deletes by resolution and age, over all series.
        indexes = [models.Index(fields=["resolution_ms", "start_ms"], name="block_by_age")]

    def __str__(self) -> str:
        return f"{self.series_id} from {self.start_ms}: {self.count} of {self.resolution_ms} ms"


class Retention(models.Model):
    """For how long points of one resolution are kept."""

    class Resolution(models.IntegerChoices):
        RAW = 1, "As recorded"
        FIVE_MINUTES = 300_000, "5 minutes"
        ONE_HOUR = 3_600_000, "1 hour"

    resolution_ms = models.IntegerField("resolution", choices=Resolution, unique=True)
    keep_days = models.PositiveIntegerField(
        validators=[MinValueValidator(1)], help_text="Older ones are deleted within the hour"
    )
    # No block before it is left; raising the days does not bring them back.
    deleted_until_ms = models.BigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name_plural = "retention"
        ordering = ["resolution_ms"]

    def __str__(self) -> str:
        return f"{self.get_resolution_ms_display()}: {self.keep_days} days"
