"""What can be done to many checks at once in the admin's list."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest

from monitoring.editing import run_now, set_enabled
from monitoring.models import Check

if TYPE_CHECKING:  # Django's class takes no parameter when it runs
    CheckBase = admin.ModelAdmin[Check]
else:
    CheckBase = admin.ModelAdmin

TAG_LENGTH = 50
NOT_RUN = "a paused check is not run, and a heartbeat waits for its job"


class TagActionForm(ActionForm):
    """Beside the choice of the action."""

    tag = forms.CharField(
        required=False,
        max_length=TAG_LENGTH,
        widget=forms.TextInput(attrs={"placeholder": "for “Add tag”", "size": 14}),
    )


@admin.action(description="Pause", permissions=["change"])
def pause(listed: CheckBase, request: HttpRequest, chosen: QuerySet[Check]) -> None:
    _each(request, chosen, partial(set_enabled, enabled=False), "paused")


@admin.action(description="Resume", permissions=["change"])
def resume(listed: CheckBase, request: HttpRequest, chosen: QuerySet[Check]) -> None:
    _each(request, chosen, partial(set_enabled, enabled=True), "resumed")


@admin.action(description="Run now", permissions=["change"])
def probe_now(listed: CheckBase, request: HttpRequest, chosen: QuerySet[Check]) -> None:
    _each(request, chosen, run_now, "to be run within seconds")


@admin.action(description="Add tag", permissions=["change"])
def add_tag(listed: CheckBase, request: HttpRequest, chosen: QuerySet[Check]) -> None:
    tag = request.POST.get("tag", "").strip()[:TAG_LENGTH]
    if not tag or not tag.isprintable():
        messages.error(request, "Write the tag into the field beside the action.")
        return
    _each(request, chosen, partial(_tag, tag=tag), f"tagged {tag}")


def _tag(check: Check, tag: str) -> bool:
    # Only the tags: a save would put back what somebody else may have edited meanwhile.
    tags = [*dict.fromkeys([*check.tags, tag])]
    return Check.objects.filter(pk=check.pk).update(tags=tags) == 1


def _each(
    request: HttpRequest, chosen: QuerySet[Check], act: Callable[[Check], bool], done: str
) -> None:
    """`act` says whether it was done."""
    acted = [act(check) for check in chosen]
    count, others = sum(acted), len(acted) - sum(acted)
    if count:
        messages.success(request, f"{count} check{'' if count == 1 else 's'} {done}.")
    if others:
        messages.warning(request, f"Not {others} of them: {NOT_RUN}.")
