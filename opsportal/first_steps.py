"""What an installation still lacks, each with a link to where it is done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from alerts.models import Channel, Threshold
from alerts.reach import somebody_hears
from backups import keys
from backups.models import Plan, PlanDestination
from monitoring.models import Check


@dataclass(frozen=True, slots=True)
class Step:
    words: str
    link: str
    url: str


def first_steps(request: HttpRequest) -> list[Step]:
    """Of those that this person may look at; none where all is done."""
    parts = (
        ("alerts.view_channel", _of_alerts),
        ("monitoring.view_check", _of_checks),
        ("backups.view_plan", _of_backups),
    )
    return [step for needed, of in parts if request.user.has_perm(needed) for step in of()]


def _of_alerts() -> Iterator[Step]:
    if not Channel.objects.filter(enabled=True).exists():
        yield Step(
            "Nobody is told of alerts: there is no channel. Slack, e-mail, a webhook, PagerDuty or "
            "any of a hundred others will do.",
            "Add a channel",
            reverse("admin:alerts_channel_add"),
        )
    elif not somebody_hears():
        yield Step(
            "Nobody is told of alerts: no route leads to a channel.",
            "Tick one in a route",
            reverse("admin:alerts_route_changelist"),
        )
    if not Threshold.objects.filter(enabled=True).exists():
        yield Step(
            "Nothing is watched for: no threshold is on.",
            "See thresholds",
            reverse("admin:alerts_threshold_changelist"),
        )


def _of_checks() -> Iterator[Step]:
    """Those that set-up paused because it was given no credentials."""
    waiting = Check.objects.filter(slug__in=("tradier", "alpaca"), enabled=False, secrets="")
    names = list(waiting.values_list("name", flat=True))
    if names:
        yield Step(
            f"{' and '.join(names)}: paused until credentials are given.",
            "Enter them",
            reverse("admin:monitoring_check_changelist") + "?health=paused",
        )


def _of_backups() -> Iterator[Step]:
    plans = reverse("admin:backups_plan_changelist")
    if keys.private_key_path():
        yield Step(
            "The recovery key of the backups still lies on this machine: whoever takes the machine "
            "can read them, and who loses it loses the key with it. Download it, keep it in two "
            "other places, then remove it here.",
            "Download and remove it",
            plans,
        )
    is_elsewhere = PlanDestination.objects.exclude(kind="local").exists()
    if Plan.objects.filter(enabled=True).exists() and not is_elsewhere:
        yield Step(
            "Backups are kept on this machine, or on a disk of it, alone. Add a bucket to a plan, "
            "or a directory that another machine shares.",
            "Choose a plan",
            plans,
        )
