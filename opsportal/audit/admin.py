"""The audit log in the admin: to read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.filters import AllValuesFieldListFilter

from monitoring.history_admin import History
from monitoring.when_filter import when
from opsportal.audit.actions import ACTIONS
from opsportal.audit.models import AuditEntry

if TYPE_CHECKING:  # Django's class takes no parameter when it runs
    EntryBase = admin.ModelAdmin[AuditEntry]
else:
    EntryBase = admin.ModelAdmin


class ActionFilter(AllValuesFieldListFilter):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.lookup_choices: Any = ACTIONS


@admin.register(AuditEntry)
class AuditEntryAdmin(History, EntryBase):
    # Who did what, first: on a phone the rest is out of sight.
    list_display = ("time", "actor", "action", "object_name", "what", "object_type", "address")
    # By time, of which there is an index with each action: of the number too few filters have one.
    ordering = ("-time", "-id")
    # Not a date hierarchy: that reads the whole log, twice, before it shows anything.
    list_filter = (when("time"), ("action", ActionFilter))
    search_fields = ("actor", "address", "object_type", "object_name")
    fields = (
        *("time", "actor", "address", "action", "object_type", "object_name", "object_id"),
        *("what", "position", "hash"),
    )
    list_per_page = 50

    @admin.display(description="changes")
    def what(self, entry: AuditEntry) -> str:
        said = (f"{name}: {_words(value)}" for name, value in entry.changes.items())
        return "; ".join(said) or "-"


def _words(value: Any) -> str:
    if isinstance(value, list) and len(value) == 2:
        return f"{_word(value[0])} → {_word(value[1])}"
    return _word(value)


def _word(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text[:200] or "empty"
