"""Backups in the admin: every run and what became of it. Only whether it is pinned is changed."""

from __future__ import annotations

from textwrap import shorten
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.html import format_html_join

from backups.admin_cells import chip, moment, progress, proof_chip, seconds, size, status_chip
from backups.artifact_download import PERMISSION, download
from backups.backup_actions import BackupBase, cancel, cancel_one, pin, unpin, verify
from backups.backup_filters import HealthFilter
from backups.census import Census
from backups.errors import BackupError
from backups.models import UNDER_WAY, Backup
from backups.recovery_sheet import by_hand
from backups.sources.registry import LABELS, kind_named
from monitoring.when_filter import when

_MOST_ERROR = 120


@admin.register(Backup)
class BackupAdmin(BackupBase):
    change_form_template = "admin/backup_form.html"
    list_display = [
        *("id", "plan_name", "shown_status", "how_it_goes", "shown_proof", "begun", "shown_size"),
        *("duration", "restore_time"),
    ]
    list_filter = [HealthFilter, "status", when("queued_ms"), "plan"]
    search_fields = ["plan_name", "key", "error"]
    searched_by = {"plan": ["name"]}
    ordering = ["-queued_ms", "-id"]
    fields = (
        *("plan_name", "shown_status", "shown_progress", "error", "pinned", "shown_proof"),
        *("proved", "restore_time", "started_by", "attempt", "queued", "begun", "finished"),
        *("duration", "key", "shown_size", "source_size", "sha256", "copies", "counted"),
        *("shown_versions", "by_hand"),
    )
    readonly_fields = tuple(name for name in fields if name != "pinned")
    actions = [verify, pin, unpin, cancel]

    class Media:
        js = ("js/admin/progress.js",)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/download/", wrap(self.download), name="backups_backup_download"),
            path("<int:pk>/cancel/", wrap(self.cancel), name="backups_backup_cancel"),
            *super().get_urls(),
        ]

    def download(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            return download(request, pk)
        except BackupError as error:
            messages.error(request, str(error))
            return redirect("admin:backups_backup_change", pk)

    def cancel(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        backup = get_object_or_404(Backup, pk=pk)
        if not self.has_change_permission(request, backup):
            raise PermissionDenied
        cancel_one(request, backup)
        return redirect("admin:backups_backup_change", pk)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        may = {"may_download": request.user.has_perm(PERMISSION), "under_way": UNDER_WAY}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **may})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Its artifact would be left behind, and nobody would know of it."""
        return False

    def save_model(self, request: HttpRequest, obj: Backup, form: Any, change: bool) -> None:
        """That one field alone: a worker may be writing the others now."""
        obj.save(update_fields=["pinned"])

    @admin.display(description="status", ordering="status")
    def shown_status(self, backup: Backup) -> str:
        return status_chip(backup.status)

    @admin.display(description="proof", ordering="proof")
    def shown_proof(self, backup: Backup) -> str:
        return proof_chip(backup.proof)

    @admin.display(description="queued")
    def queued(self, backup: Backup) -> str:
        return moment(backup.queued_ms)

    @admin.display(description="began", ordering="-queued_ms")
    def begun(self, backup: Backup) -> str:
        return moment(backup.started_ms) or "not yet"

    @admin.display(description="finished")
    def finished(self, backup: Backup) -> str:
        return moment(backup.finished_ms)

    @admin.display(description="proved")
    def proved(self, backup: Backup) -> str:
        return moment(backup.proved_ms)

    @admin.display(description="size", ordering="size_bytes")
    def shown_size(self, backup: Backup) -> str:
        return size(backup.size_bytes)

    @admin.display(description="size of what was dumped")
    def source_size(self, backup: Backup) -> str:
        return size(backup.source_bytes)

    @admin.display(description="took", ordering="duration_seconds")
    def duration(self, backup: Backup) -> str:
        return seconds(backup.duration_seconds)

    @admin.display(description="restored in", ordering="restore_seconds")
    def restore_time(self, backup: Backup) -> str:
        return seconds(backup.restore_seconds)

    @admin.display(description="progress")
    def shown_progress(self, backup: Backup) -> str:
        return progress(backup)

    @admin.display(description="outcome")
    def how_it_goes(self, backup: Backup) -> str:
        said = [(progress(backup) or shorten(backup.error, _MOST_ERROR, placeholder=" …"),)]
        pinned = [(chip("pinned", "unknown", "Never deleted"),)] if backup.pinned else []
        return format_html_join(" ", "{}", [*pinned, *said])

    @admin.display(description="copies")
    def copies(self, backup: Backup) -> str:
        told = (
            (chip("there", "up") if copy.is_there else chip("gone", "down"), copy.place, copy.error)
            for copy in backup.copies.all()
        )
        return format_html_join("", "<div>{} {} {}</div>", told) or "none"

    @admin.display(description="census")
    def counted(self, backup: Backup) -> str:
        return Census.from_json(backup.census).summary if backup.census else "not counted"

    @admin.display(description="versions")
    def shown_versions(self, backup: Backup) -> str:
        return ", ".join(f"{name} {text}" for name, text in sorted(backup.versions.items()))

    @admin.display(description="restore it by hand")
    def by_hand(self, backup: Backup) -> str:
        """With age and zstd alone, where the portal is gone too. KEY is the recovery key's file."""
        if backup.source_kind not in LABELS or not backup.key:
            return "there is nothing to restore"
        name = backup.key.rpartition("/")[2]
        kind = kind_named(backup.source_kind)
        told = [(by_hand(kind, kind.by_hand, name, "NAME"),)]
        return format_html_join("", '<pre class="evidence" tabindex="0">{}</pre>', told)
