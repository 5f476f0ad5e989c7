"""The recovery key on its way from this machine to where people keep it. Each step is recorded."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from backups import keys
from backups.models import Plan

_DOWNLOADED, _REMOVED = "Recovery key downloaded.", "Recovery key removed from this machine."


def may_take(request: HttpRequest) -> bool:
    """It opens every backup: a permission alone is not enough."""
    return request.user.is_superuser and request.user.has_perm("backups.change_plan")


@never_cache
@require_POST
def download(request: HttpRequest) -> HttpResponse:
    content = _path_for(request).read_bytes()
    _record(request, _DOWNLOADED)
    return HttpResponse(
        content,
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{keys.PRIVATE}"'},
    )


@never_cache
@require_POST
def remove(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Asks first: it cannot be undone, and without a copy no backup can be read again."""
    path = _path_for(request)
    if request.POST.get("sure") != "yes":
        shown = {**context, "path": path, "was_downloaded": _was_downloaded()}
        return render(request, "admin/recovery_key_remove.html", shown)
    path.unlink(missing_ok=True)
    _record(request, _REMOVED)
    messages.success(request, "The recovery key is no longer on this machine.")
    return redirect("admin:backups_plan_changelist")


def _path_for(request: HttpRequest) -> Any:
    if not may_take(request):
        raise PermissionDenied
    path = keys.private_key_path()
    if path is None:
        raise Http404("The recovery key is not on this machine.")
    return path


def _was_downloaded() -> bool:
    return LogEntry.objects.filter(change_message=_DOWNLOADED).exists()


def _record(request: HttpRequest, words: str) -> None:
    LogEntry.objects.create(
        user_id=request.user.pk or 0,
        content_type=ContentType.objects.get_for_model(Plan),
        object_repr="recovery key",
        action_flag=CHANGE,
        change_message=words,
    )
