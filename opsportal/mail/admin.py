"""Mail in the admin: what was sent to whom, and what was not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from alerts.admin_cells import chip, moment, now_ms
from monitoring.history_admin import History, RecentValuesFilter, rarely
from monitoring.when_filter import when
from opsportal.mail.models import WAITING, Mail, MailStatus
from opsportal.mail.outbox import wake

if TYPE_CHECKING:  # Django's class takes no parameter when it runs
    MailBase = admin.ModelAdmin[Mail]
else:
    MailBase = admin.ModelAdmin

# Of the indexes of what is to be sent, and of what was given up.
_WAITS = Q(status__in=WAITING)
_RARE = {"queued": _WAITS, "failed": _WAITS, "dead": Q(status="dead")}
_COLOURS = {"queued": "unknown", "sent": "up", "failed": "degraded", "dead": "down"}


@admin.action(description="Send again (dead ones)", permissions=["send"])
def send_again(listed: MailBase, request: HttpRequest, chosen: QuerySet[Mail]) -> None:
    count = chosen.filter(status=MailStatus.DEAD).update(
        status=MailStatus.QUEUED, created_ms=now_ms(), due_ms=now_ms(), attempts=0
    )
    if not count:
        messages.error(request, "None of them is dead: the others are sent or will be.")
        return
    wake()
    messages.success(request, f"{count} to be sent again.")


@admin.register(Mail)
class MailAdmin(History, MailBase):
    """The text is not shown: its links act for whoever has them."""

    list_display = ("state", "topic", "recipient", "subject", "attempts", "created", "error")
    list_filter = (("status", rarely(_RARE)), when("created_ms"), ("topic", RecentValuesFilter))
    search_fields = ("recipient", "subject")
    actions = (send_again,)
    fields = (
        *("state", "topic", "sender", "recipient", "subject", "attempts"),
        *("created", "due", "sent", "error"),
    )
    readonly_fields = fields

    def has_send_permission(self, request: HttpRequest) -> bool:
        """Of the action: Django finds it by this name."""
        return request.user.has_perm("mail.change_mail")

    @admin.display(description="status", ordering="status")
    def state(self, mail: Mail) -> str:
        return chip(mail.status, _COLOURS[mail.status])

    @admin.display(description="created", ordering="created_ms")
    def created(self, mail: Mail) -> str:
        return moment(mail.created_ms)

    @admin.display(description="due", ordering="due_ms")
    def due(self, mail: Mail) -> str:
        return "" if mail.status in (MailStatus.SENT, MailStatus.DEAD) else moment(mail.due_ms)

    @admin.display(description="sent", ordering="sent_ms")
    def sent(self, mail: Mail) -> str:
        return moment(mail.sent_ms)
