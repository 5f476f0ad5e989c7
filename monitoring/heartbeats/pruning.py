"""Which earlier pings are kept."""

from __future__ import annotations

from django.db.models import Max, Subquery

from monitoring.models import Ping

KEPT_PINGS = 100
# Deleting with every ping would cost as much again as recording it.
PRUNED_FROM = 120


def prune(check_id: int) -> None:
    """Beyond the last ones only the newest of each kind stay: deadlines are reckoned from them."""
    pings = Ping.objects.filter(owner_id=check_id)
    oldest_kept = pings.order_by("-id").values("id")[KEPT_PINGS - 1 : KEPT_PINGS]
    newest_of_kinds = pings.order_by().values("kind").annotate(newest=Max("id")).values("newest")
    pings.filter(id__lt=Subquery(oldest_kept)).exclude(id__in=newest_of_kinds).delete()
