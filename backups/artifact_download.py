"""An artifact on its way to a person's machine, as it lies in its destination: still encrypted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404

from backups.editing import destination_of
from backups.errors import BackupError
from backups.models import Backup
from backups.sources.base import Readable

PERMISSION = "backups.download_backup"
CHUNK_BYTES = 256 * 1024


def download(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Raises BackupError where no copy can be opened. Who took what is recorded."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    backup = get_object_or_404(Backup, pk=pk)
    copy = backup.copies.filter(is_there=True).exclude(destination=None).first()
    if copy is None or copy.destination is None:
        raise BackupError("there is no copy of it any more")
    opened = ExitStack()
    stream = opened.enter_context(destination_of(copy.destination).open(backup.key))
    LogEntry.objects.create(
        user_id=request.user.pk or 0,
        content_type=ContentType.objects.get_for_model(Backup),
        object_id=str(backup.pk),
        object_repr=str(backup)[:200],
        action_flag=CHANGE,
        change_message="Downloaded.",
    )
    name = backup.key.rpartition("/")[2]
    response = StreamingHttpResponse(_pieces(stream, opened), "application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Length"] = str(backup.size_bytes or 0)
    return response


def _pieces(stream: Readable, opened: ExitStack) -> Iterator[bytes]:
    with opened:
        while data := stream.read(CHUNK_BYTES):
            yield data
