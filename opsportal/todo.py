"""What needs doing, for the admin's first page: each with a link to where it is done."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse

from alerts.channel_list import failing as failing_channels
from alerts.models import Alert, AlertState, Channel, Delivery, DeliveryStatus
from backups.models import Plan
from backups.plan_list import failing as failing_plans
from backups.plan_list import with_last_runs
from monitoring.models import CheckState, CheckStatus
from opsportal.mail.models import Mail, MailStatus
from opsportal.statuspage.models import Incident, IncidentUpdate, Stage

WEEK_MS = 7 * 86_400_000
# More of one kind are not counted: the list behind the link has them all.
MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class Task:
    """`state` is one of a check's: it colours the count."""

    count: str
    words: str
    url: str
    state: str


@dataclass(frozen=True, slots=True)
class _Kind:
    permission: str
    one: str
    many: str
    state: str
    rows: Callable[[int], QuerySet[Any]]
    address: str
    query: str = ""

    def task(self, now_ms: int) -> Task | None:
        # At most so many are looked at, however many there are.
        found = len(self.rows(now_ms).order_by().values("pk")[: MOST_COUNTED + 1])
        if not found:
            return None
        count = f"{MOST_COUNTED}+" if found > MOST_COUNTED else str(found)
        url = reverse(self.address) + (f"?{self.query}" if self.query else "")
        return Task(count, self.one if found == 1 else self.many, url, self.state)


def tasks(request: HttpRequest, now_ms: int | None = None) -> list[Task]:
    """Of those that this person may look at; none where nothing is to be done."""
    moment_ms = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    found = (each.task(moment_ms) for each in _KINDS if request.user.has_perm(each.permission))
    return [each for each in found if each is not None]


def _unseen(now_ms: int) -> QuerySet[Alert]:
    return Alert.objects.filter(state=AlertState.FIRING, acknowledged_ms=None)


def _broken(now_ms: int) -> QuerySet[CheckState]:
    return CheckState.objects.filter(status__in=(CheckStatus.DOWN, CheckStatus.DEGRADED))


def _failing_channels(now_ms: int) -> QuerySet[Channel]:
    return Channel.objects.filter(failing_channels(), enabled=True)


def _not_told(now_ms: int) -> QuerySet[Delivery]:
    since = now_ms - WEEK_MS
    return Delivery.objects.filter(created_ms__gt=since, status=DeliveryStatus.DEAD)


def _failing_plans(now_ms: int) -> QuerySet[Plan]:
    return with_last_runs(Plan.objects.all()).filter(failing_plans())


def _dead_mail(now_ms: int) -> QuerySet[Mail]:
    return Mail.objects.filter(created_ms__gt=now_ms - WEEK_MS, status=MailStatus.DEAD)


def _open_incidents(now_ms: int) -> QuerySet[Incident]:
    updates = IncidentUpdate.objects.filter(incident=OuterRef("pk")).order_by("-at", "-id")
    newest = Incident.objects.annotate(stage=Subquery(updates.values("stage")[:1]))
    return newest.exclude(stage=Stage.RESOLVED)


_KINDS = (
    _Kind(
        permission="alerts.view_alert",
        one="alert fires that nobody has acknowledged",
        many="alerts fire that nobody has acknowledged",
        state="down",
        rows=_unseen,
        address="dashboard:alerts",
    ),
    _Kind(
        permission="monitoring.view_check",
        one="check is down or degraded",
        many="checks are down or degraded",
        state="down",
        rows=_broken,
        address="admin:monitoring_check_changelist",
        query="health=broken",
    ),
    _Kind(
        permission="backups.view_plan",
        one="plan whose last backup failed",
        many="plans whose last backup failed",
        state="down",
        rows=_failing_plans,
        address="admin:backups_plan_changelist",
        query="health=failed",
    ),
    _Kind(
        permission="alerts.view_channel",
        one="channel does not take messages",
        many="channels do not take messages",
        state="down",
        rows=_failing_channels,
        address="admin:alerts_channel_changelist",
        query="health=failing",
    ),
    _Kind(
        permission="alerts.view_delivery",
        one="message of the last week was not delivered",
        many="messages of the last week were not delivered",
        state="degraded",
        rows=_not_told,
        address="admin:alerts_delivery_changelist",
        query="status__exact=dead",
    ),
    _Kind(
        permission="mail.view_mail",
        one="mail of the last week was not taken",
        many="mails of the last week were not taken",
        state="degraded",
        rows=_dead_mail,
        address="admin:mail_mail_changelist",
        query="status__exact=dead",
    ),
    _Kind(
        permission="statuspage.view_incident",
        one="incident is open on the status page",
        many="incidents are open on the status page",
        state="degraded",
        rows=_open_incidents,
        address="admin:statuspage_incident_changelist",
    ),
)
