"""Has a change in the admin committed, where the configuration is kept in Git."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from kombu.exceptions import OperationalError

from opsportal.configuration.marks import section_of
from opsportal.configuration.repository import is_kept
from opsportal.tasks import keep_configuration

log = logging.getLogger(__name__)


def entry_saved(instance: LogEntry, created: bool, **_: Any) -> None:
    """A receiver of LogEntry's post_save: the admin writes one for each change that it makes."""
    if not created or not instance.content_type_id or not is_kept():
        return
    if section_of(ContentType.objects.get_for_id(instance.content_type_id).model_class()) is None:
        return
    message = f"{instance.object_repr}: {instance.get_change_message() or 'Removed.'}"
    transaction.on_commit(lambda: _queue(instance.user_id, message))


def _queue(user_id: int, message: str) -> None:
    try:
        keep_configuration.apply_async((user_id, message), retry=False)
    except OperationalError:
        # Nothing is lost: the next commit has this change too, though with another author.
        log.warning("a change of the configuration is committed with the next one: no broker")
