"""What an installation still lacks, each with a link to where it is done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from backups import keys
from backups.models import Plan, PlanDestination


@dataclass(frozen=True, slots=True)
class Step:
    words: str
    link: str
    url: str


def first_steps(request: HttpRequest) -> list[Step]:
    """Of those that this person may look at; none where all is done."""
    if not request.user.has_perm("backups.view_plan"):
        return []
    return list(_of_backups())


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
