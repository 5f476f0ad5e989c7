"""An artifact on its way to a person's machine, as it lies in its destination: still encrypted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404

from backups.copies import copies_of, place_of
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
    stream, opened = _opened(backup)
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


def _opened(backup: Backup) -> tuple[Readable, ExitStack]:
    """Of the first copy that can be fetched."""
    errors: list[BackupError] = []
    for copy in copies_of(backup):
        opened = ExitStack()
        try:
            return opened.enter_context(place_of(copy).open(backup.key)), opened
        except BackupError as error:
            errors.append(error)
    raise errors[0]


def _pieces(stream: Readable, opened: ExitStack) -> Iterator[bytes]:
    with opened:
        while data := stream.read(CHUNK_BYTES):
            yield data
