"""What is backed up, each backup of it, and where its copies are."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from backups.pace import seconds_left


class Verify(models.TextChoices):
    ALWAYS = "always", "Restore every backup"
    SOMETIMES = "sometimes", "Restore every so many"
    NEVER = "never", "Never restore"


class Plan(models.Model):
    """What to back up, when, where to, for how long. Secrets of its source are encrypted."""

    name = models.CharField(max_length=100, unique=True)
    # Of keys, labels and scratch databases; does not change with the name.
    slug = models.SlugField(max_length=40, unique=True, editable=False)
    source_kind = models.CharField(max_length=20)
    source_settings = models.JSONField(default=dict, blank=True)
    source_secrets = models.TextField(default="", blank=True, editable=False)
    enabled = models.BooleanField(default=True)
    cron = models.CharField(max_length=100, default="0 2 * * *", help_text="Such as 0 2 * * *")
    time_zone = models.CharField(max_length=60, default="UTC", help_text="Such as Europe/Berlin")
    verify = models.CharField(max_length=10, choices=Verify, default=Verify.ALWAYS)
    verify_every = models.PositiveSmallIntegerField(
        default=7, validators=[MinValueValidator(1)], help_text="Where every so many are restored"
    )
    compression_level = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(19)], help_text="zstd's"
    )
    compression_threads = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(16)],
        help_text="At high levels several are faster, and take 10 to 100 MB each",
    )
    recipients = models.TextField(
        blank=True, default="", help_text="age public keys, one a line; empty: the recovery key"
    )
    lock_timeout_seconds = models.PositiveIntegerField(
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(3600)],
        help_text="So long it waits for a lock; others wait behind it for 10 s at most",
    )
    keep_days = models.PositiveIntegerField(default=7, validators=[MinValueValidator(1)])
    keep_daily = models.PositiveIntegerField(default=0, help_text="The newest of so many days")
    keep_weekly = models.PositiveIntegerField(default=0, help_text="The newest of so many weeks")
    keep_monthly = models.PositiveIntegerField(default=0, help_text="The newest of so many months")
    keep_yearly = models.PositiveIntegerField(default=0, help_text="The newest of so many years")
    # Why nothing was deleted though something was due; empty: nothing holds it up.
    retention_stopped = models.CharField(max_length=300, default="", blank=True, editable=False)
    # The turn of the schedule that was taken last, also of one that failed.
    scheduled_ms = models.BigIntegerField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PlanDestination(models.Model):
    """One of the places that a plan's backups go to."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="destinations")
    kind = models.CharField(max_length=20)
    settings = models.JSONField(default=dict, blank=True)
    secrets = models.TextField(default="", blank=True, editable=False)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.kind


class BackupStatus(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    STORED = "stored"
    VERIFIED = "verified"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DELETED = "deleted"


UNDER_WAY = (BackupStatus.QUEUED, BackupStatus.RUNNING)
GOOD = (BackupStatus.STORED, BackupStatus.VERIFIED)


class Proof(models.TextChoices):
    NONE = "none", "Not proved"
    CHECKSUM = "checksum", "Checksum compared"
    RESTORED = "restored", "Restored and counted"


class Backup(models.Model):
    """One run of a plan and its artifact. Times are in ms since the epoch."""

    # A backup outlives its plan: it is still there to be restored.
    plan = models.ForeignKey(Plan, models.SET_NULL, null=True, related_name="backups")
    plan_name = models.CharField(max_length=100)
    source_kind = models.CharField(max_length=20)
    status = models.CharField(max_length=10, choices=BackupStatus, default=BackupStatus.QUEUED)
    # Of a schedule ("schedule"), of a retry, or the name of who asked.
    started_by = models.CharField(max_length=150, default="", blank=True)
    attempt = models.PositiveSmallIntegerField(default=1)
    queued_ms = models.BigIntegerField()
    started_ms = models.BigIntegerField(null=True)
    finished_ms = models.BigIntegerField(null=True)
    # Who runs it renews this; a run whose lease is over has died.
    leased_until_ms = models.BigIntegerField(null=True)
    cancel_asked = models.BooleanField(default=False)
    # While it runs: what it is doing ("dumping"), and how many bytes of about how many.
    stage = models.CharField(max_length=20, default="", blank=True)
    done_bytes = models.BigIntegerField(default=0)
    expected_bytes = models.BigIntegerField(null=True)
    bytes_per_second = models.FloatField(null=True)
    # The artifact's name in every destination.
    key = models.CharField(max_length=300, default="", blank=True)
    size_bytes = models.BigIntegerField(null=True)
    source_bytes = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, default="", blank=True)
    census = models.JSONField(default=dict, blank=True)
    versions = models.JSONField(default=dict, blank=True)
    duration_seconds = models.FloatField(null=True)
    proof = models.CharField(max_length=10, choices=Proof, default=Proof.NONE)
    proved_ms = models.BigIntegerField(null=True)
    restore_seconds = models.FloatField(null=True)
    pinned = models.BooleanField(default=False, help_text="Never deleted")
    error = models.TextField(default="", blank=True)

    class Meta:
        ordering = ["-queued_ms", "-id"]
        permissions = [("download_backup", "Can download backups")]
        constraints = [
            models.UniqueConstraint(
                fields=["plan"],
                condition=models.Q(status__in=("queued", "running")),
                name="one_run_per_plan_at_a_time",
            )
        ]
        indexes = [
            models.Index(fields=["plan", "status", "queued_ms"], name="backups_of_a_plan"),
            # Also where any of several statuses will do.
            models.Index(fields=["plan", "queued_ms", "id"], name="newest_backups_of_a_plan"),
            models.Index(fields=["finished_ms"], name="backups_by_end"),
            models.Index(fields=["queued_ms", "id"], name="backups_by_age"),
        ]

    def __str__(self) -> str:
        return self.key or f"{self.plan_name} #{self.pk}"

    @property
    def seconds_left(self) -> float | None:
        """Of the stage that is under way, about; None where nobody knows."""
        if self.status != BackupStatus.RUNNING:
            return None
        return seconds_left(self.done_bytes, self.expected_bytes, self.bytes_per_second)


class Copy(models.Model):
    """The artifact in one destination."""

    backup = models.ForeignKey(Backup, models.CASCADE, related_name="copies")
    destination = models.ForeignKey(PlanDestination, models.SET_NULL, null=True)
    # For people, also when the destination is gone.
    place = models.CharField(max_length=300)
    is_there = models.BooleanField(default=True)
    error = models.TextField(default="", blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "copies"

    def __str__(self) -> str:
        return self.place
