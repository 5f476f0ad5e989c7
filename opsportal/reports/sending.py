"""Queues a report for those who are to get it; the outbox of mail sends it."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from opsportal.mail.outbox import Written, queue
from opsportal.reports.models import addresses, current_settings
from opsportal.reports.periods import last_whole
from opsportal.reports.reading import Report, read_report
from opsportal.reports.sections import headline, sections

logger = logging.getLogger(__name__)


def send(kind: str, now: datetime) -> int:
    """Of the newest week or month that is over, to how many. Asked twice it is sent once."""
    chosen = current_settings()
    to = addresses(chosen.weekly_to if kind == "weekly" else chosen.monthly_to)
    if not to:
        logger.info("the %s report is sent to nobody: no recipients are given", kind)
        return 0
    now_ms = round(now.timestamp() * 1000)
    period = last_whole(kind, now, ZoneInfo(chosen.time_zone))
    report = read_report(period, chosen.objective_percent, now_ms)
    queue("report", [_letter(report, each, chosen.sender) for each in to], now_ms)
    return len(to)


def _letter(report: Report, recipient: str, sender: str) -> Written:
    period = report.period
    path = reverse("reports:report", args=[period.kind, period.first.isoformat()])
    shown = {
        "report": report,
        "headline": headline(report),
        "sections": sections(report),
        "link": f"{settings.PUBLIC_URL.rstrip('/')}{path}",
    }
    # An address may be longer than the key.
    digest = hashlib.sha256(recipient.encode()).hexdigest()[:16]
    return Written(
        key=f"report-{period.kind}-{period.first.isoformat()}-{digest}",
        recipient=recipient,
        subject=f"{period.kind.capitalize()} report: {period.title}",
        text=render_to_string("reports/mail.txt", shown),
        html=render_to_string("reports/mail.html", shown),
        sender=sender,
    )
