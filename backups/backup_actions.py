"""What can be done to many backups at once in the admin."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from backups import queueing
from backups.errors import BackupError
from backups.models import Backup

if TYPE_CHECKING:  # Django's class takes no parameter when it runs
    BackupBase = admin.ModelAdmin[Backup]
else:
    BackupBase = admin.ModelAdmin


@admin.action(description="Verify: compare the checksum", permissions=["change"])
def verify(listed: BackupBase, request: HttpRequest, chosen: QuerySet[Backup]) -> None:
    _each(request, chosen, queueing.verify, "To be verified")


@admin.action(description="Pin: never delete", permissions=["change"])
def pin(listed: BackupBase, request: HttpRequest, chosen: QuerySet[Backup]) -> None:
    _pinned(request, chosen, True)


@admin.action(description="Unpin", permissions=["change"])
def unpin(listed: BackupBase, request: HttpRequest, chosen: QuerySet[Backup]) -> None:
    _pinned(request, chosen, False)


@admin.action(description="Cancel", permissions=["change"])
def cancel(listed: BackupBase, request: HttpRequest, chosen: QuerySet[Backup]) -> None:
    _each(request, chosen, _cancelled, "Asked to stop")


def cancel_one(request: HttpRequest, backup: Backup) -> None:
    try:
        _cancelled(backup, request.user.get_username())
    except BackupError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, f"Asked to stop, which takes some seconds: {backup}.")


def _cancelled(backup: Backup, by: str) -> None:
    if not queueing.cancel(backup, by):
        raise BackupError(f"{backup} cannot be cancelled: it is {backup.status}")


def _pinned(request: HttpRequest, chosen: QuerySet[Backup], pinned: bool) -> None:
    numbers = [backup.pk for backup in chosen]
    Backup.objects.filter(pk__in=numbers).update(pinned=pinned)
    messages.success(request, f"{'Pinned' if pinned else 'Unpinned'}: {len(numbers)}.")


def _each(
    request: HttpRequest,
    chosen: QuerySet[Backup],
    ask: Callable[[Backup, str], object],
    words: str,
) -> None:
    """One that cannot be done does not stop the others."""
    done = 0
    for backup in chosen:
        try:
            ask(backup, request.user.get_username())
            done += 1
        except BackupError as error:
            messages.warning(request, str(error))
    if done:
        messages.success(request, f"{words}: {done}.")
