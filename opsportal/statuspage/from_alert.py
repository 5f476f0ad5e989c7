"""What an alert already says of an incident that is to be published: all but the words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest

from alerts.models import Alert, Severity
from opsportal.statuspage.models import Component, Impact

_IMPACTS = {Severity.CRITICAL: Impact.CRITICAL, Severity.WARNING: Impact.MAJOR}


def from_alert(request: HttpRequest) -> dict[str, Any]:
    """Of ?alert=NUMBER, for whoever may see that alert. No text is taken over: the public reads
    what was written for it."""
    number = request.GET.get("alert", "")
    if not (number.isascii() and number.isdecimal()) or not request.user.has_perm(
        "alerts.view_alert"
    ):
        return {}
    alert = Alert.objects.filter(pk=int(number[:18])).first()
    if alert is None:
        return {}
    check = str(alert.labels.get("check") or "")
    components = Component.objects.filter(checks__slug=check) if check else Component.objects.none()
    began_ms = alert.fired_ms or alert.started_ms
    return {
        "impact": _IMPACTS.get(Severity(alert.severity), Impact.MINOR),
        "started_at": datetime.fromtimestamp(began_ms // 1000, UTC),
        "components": list(components.values_list("pk", flat=True).distinct()),
    }
