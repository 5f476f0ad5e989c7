"""The tables: of the metric store, which only `monitoring.store` touches; then of the checks."""

from __future__ import annotations

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from monitoring.probes.registry import LABELS


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


class SeriesLabel(models.Model):
    """A label of a series, to find it by: among fifty thousand of a metric as fast as among ten."""

    pk = models.CompositePrimaryKey("metric", "name", "value", "series_id")
    metric = models.CharField(max_length=100)
    name = models.CharField(max_length=63)
    value = models.CharField(max_length=200)
    series = models.ForeignKey(Series, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.metric}{{{self.name}={self.value}}}: {self.series_id}"


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


class RunningTotal(models.Model):
    """What every series of histograms had counted in all by `time_ms`: the difference of two rows
    is what it counted between. Made from the blocks, and made again from them when they change."""

    time_ms = models.BigIntegerField(primary_key=True)
    data = models.BinaryField()

    def __str__(self) -> str:
        return f"until {self.time_ms}"


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


class Check(models.Model):
    """An external dependency or job that is watched. What it was found to be is its state."""

    name = models.CharField(max_length=100, unique=True)
    # Stays when the name changes: the series of its points are found by it.
    slug = models.SlugField(max_length=100, unique=True, editable=False)
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=20, choices=list(LABELS.items()))
    settings = models.JSONField(default=dict, blank=True)
    # Of the settings those that are secret, encrypted (opsportal/lib/crypto.py).
    secrets = models.TextField(default="", blank=True, editable=False)
    interval_seconds = models.PositiveIntegerField(
        default=60, validators=[MinValueValidator(1), MaxValueValidator(31 * 86_400)]
    )
    timeout_seconds = models.FloatField(
        default=10, validators=[MinValueValidator(0.1), MaxValueValidator(120)]
    )
    retries = models.PositiveSmallIntegerField(
        default=2,
        validators=[MaxValueValidator(20)],
        help_text="Failed probes that are repeated before the check turns down",
    )
    retry_interval_seconds = models.PositiveIntegerField(
        default=10, validators=[MinValueValidator(1)]
    )
    successes_to_recover = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text="Good probes in a row before a check that is down turns up",
    )
    enabled = models.BooleanField(default=True)
    parent = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="children",
        help_text="While the parent is down this check is unknown, not down",
    )
    is_reference = models.BooleanField(
        "reference",
        default=False,
        help_text="Something that always answers: while it does not, the portal is blind",
    )
    # What it looks at is on the portal's own host, so it tells nothing of the network.
    is_local = models.BooleanField(default=False, editable=False)
    tags = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CheckStatus(models.TextChoices):
    NEW = "new"
    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"
    PAUSED = "paused"


class CheckState(models.Model):
    """What a check was last found to be, and when it is due. Times are in ms since the epoch.

    A row of its own, which the edit form does not write: an edit of the check in the admin
    could otherwise put back what a probe has found meanwhile.
    """

    owner = models.OneToOneField(
        Check, models.CASCADE, primary_key=True, related_name="state", db_column="check_id"
    )
    # Counts edits: workers keep what they have built from the settings until it changes.
    version = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=10, choices=CheckStatus.choices, default=CheckStatus.NEW)
    since_ms = models.BigIntegerField(default=0)
    # None: never by itself (paused, or a heartbeat that has not been pinged yet).
    due_ms = models.BigIntegerField(null=True)
    # Whoever has set it is probing; what it was set to tells that one's result from a later one's.
    leased_until_ms = models.BigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    successes = models.PositiveIntegerField(default=0)
    failing_since_ms = models.BigIntegerField(null=True)
    flapping_since_ms = models.BigIntegerField(null=True)
    probed_ms = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=40, default="", blank=True)
    message = models.CharField(max_length=500, default="", blank=True)
    response_time_ms = models.FloatField(null=True)
    phases_ms = models.JSONField(default=dict)
    evidence = models.JSONField(default=dict)

    class Meta:
        indexes = [
            # SQLite's only: on PostgreSQL it would cost more than it saves (migration 0007).
            models.Index(
                fields=["due_ms"], name="due_checks", condition=models.Q(due_ms__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"{self.owner_id}: {self.status}"


class Transition(models.Model):
    """A change of a check's status; availability is made of nothing else."""

    owner = models.ForeignKey(
        Check, models.CASCADE, related_name="transitions", db_column="check_id", db_index=False
    )
    time_ms = models.BigIntegerField()
    # None while it lasts.
    ended_ms = models.BigIntegerField(null=True)
    status = models.CharField(max_length=10, choices=CheckStatus.choices)
    before = models.CharField(max_length=10, choices=CheckStatus.choices)
    why = models.CharField(max_length=40)
    reason = models.CharField(max_length=40, default="", blank=True)
    message = models.CharField(max_length=500, default="", blank=True)
    evidence = models.JSONField(default=dict)

    class Meta:
        ordering = ["-time_ms", "-id"]
        indexes = [models.Index(fields=["owner", "time_ms"], name="transitions_of_a_check")]

    def __str__(self) -> str:
        return f"{self.owner_id}: {self.before} to {self.status}"


class Blindness(models.Model):
    """A time in which the portal itself had lost its network: nothing was known of any check."""

    began_ms = models.BigIntegerField()
    ended_ms = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=200)

    class Meta:
        verbose_name_plural = "blindness"
        ordering = ["-began_ms"]

    def __str__(self) -> str:
        return self.reason


class Ping(models.Model):
    """What a job told its heartbeat."""

    class Kind(models.TextChoices):
        SUCCESS = "success"
        START = "start"
        FAIL = "fail"
        LOG = "log"

    owner = models.ForeignKey(
        Check, models.CASCADE, related_name="pings", db_column="check_id", db_index=False
    )
    time_ms = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    exit_status = models.PositiveSmallIntegerField(null=True)
    # The run that a start and its end belong to.
    rid = models.UUIDField(null=True)
    duration_ms = models.BigIntegerField(null=True)
    method = models.CharField(max_length=10)
    remote_address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=200, default="", blank=True)
    body = models.BinaryField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["owner", "id"], name="pings_of_a_check")]

    def __str__(self) -> str:
        return f"{self.owner_id}: {self.kind}"

    @property
    def body_text(self) -> str:
        return bytes(self.body or b"").decode(errors="replace")


class Annotation(models.Model):
    """A moment, or a stretch of time, that explains what charts show. Whoever did it says so: a
    deployment by the API, a person in the admin."""

    class Kind(models.TextChoices):
        DEPLOYMENT = "deployment"
        CONFIGURATION = "configuration"
        INCIDENT = "incident"
        NOTE = "note"

    time_ms = models.BigIntegerField()
    # None: a moment.
    end_ms = models.BigIntegerField(null=True, blank=True)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.NOTE)
    text = models.CharField(max_length=500)
    tags = models.JSONField(default=list, blank=True)
    created_by = models.CharField(max_length=150, default="", blank=True, editable=False)

    class Meta:
        ordering = ["-time_ms", "-id"]
        indexes = [models.Index(fields=["time_ms"], name="annotations_by_time")]

    def __str__(self) -> str:
        return self.text
