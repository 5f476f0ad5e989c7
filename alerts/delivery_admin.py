"""Deliveries in the admin: what was told to whom, and what was not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import Count, IntegerField, JSONField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from alerts import sending_again
from alerts.admin_cells import chip, milliseconds, moment, now_ms, severity_chip
from alerts.models import Delivery, DeliveryItem, DeliveryStatus
from monitoring.evidence import readable
from monitoring.history_admin import History, rarely
from monitoring.when_filter import when

if TYPE_CHECKING:  # Django's class takes no parameter when it runs
    DeliveryBase = admin.ModelAdmin[Delivery]
else:
    DeliveryBase = admin.ModelAdmin

MOST_ITEMS_SHOWN = 100
# Of the indexes of what is to be sent, of both columns as in the list of channels, and of what was
# given up.
_WAITS = Q(status__in=("queued", "failed"), due_ms__gte=0)
_RARE = {"queued": _WAITS, "failed": _WAITS, "dead": Q(status="dead", due_ms__gte=0)}
_COLOURS = {"queued": "unknown", "sent": "up", "failed": "degraded", "dead": "down"}


def with_items(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Each with `first_snapshot` and `item_count`, so that a list asks once for all of them."""
    items = DeliveryItem.objects.filter(delivery=OuterRef("pk")).order_by()
    counted = items.values("delivery").annotate(count=Count("pk")).values("count")
    first = items.order_by("pk").values("snapshot")[:1]
    return deliveries.annotate(
        first_snapshot=Subquery(first, output_field=JSONField()),
        item_count=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
    )


@admin.action(description="Send again (dead ones)", permissions=["send"])
def send_again(listed: DeliveryBase, request: HttpRequest, chosen: QuerySet[Delivery]) -> None:
    from alerts.outbox import wake

    dead = list(chosen.filter(status=DeliveryStatus.DEAD).values_list("pk", flat=True))
    if not dead:
        messages.error(request, "None of them is dead: the others are sent or will be.")
        return
    wake(sorted(sending_again.send_again(dead, now_ms())))
    messages.success(request, f"{len(dead)} to be sent again, as things are now.")


@admin.register(Delivery)
class DeliveryAdmin(History, DeliveryBase):
    list_display = [
        "state",
        "kind",
        "channel",
        "told_of",
        "attempts",
        "due",
        "sent",
        "error",
    ]
    list_filter = [("status", rarely(_RARE)), "kind", when("created_ms"), "channel"]
    list_select_related = ["channel"]
    search_fields = ["channel__name", "error"]
    searched_by = {"channel": ["name"]}
    actions = [send_again]
    fields = (
        "state",
        "kind",
        "channel",
        "attempts",
        "created",
        "due",
        "sent",
        "latency",
        "error",
        "idempotency_key",
        "items_told",
        "shown_receipt",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        return with_items(super().get_queryset(request))

    def has_send_permission(self, request: HttpRequest) -> bool:
        """Of the action: Django finds it by this name."""
        return request.user.has_perm("alerts.change_delivery")

    @admin.display(description="status", ordering="status")
    def state(self, delivery: Delivery) -> str:
        return chip(delivery.status, _COLOURS[delivery.status])

    @admin.display(description="tells of")
    def told_of(self, delivery: Any) -> str:
        snapshot = delivery.first_snapshot or delivery.receipt.get("made_up") or {}
        title = str(snapshot.get("summary") or snapshot.get("threshold") or "")
        return f"{title} and {delivery.item_count - 1} more" if delivery.item_count > 1 else title

    @admin.display(description="created", ordering="created_ms")
    def created(self, delivery: Delivery) -> str:
        return moment(delivery.created_ms)

    @admin.display(description="due", ordering="due_ms")
    def due(self, delivery: Delivery) -> str:
        waits = delivery.status in (DeliveryStatus.QUEUED, DeliveryStatus.FAILED)
        return moment(delivery.due_ms) if waits else ""

    @admin.display(description="sent", ordering="sent_ms")
    def sent(self, delivery: Delivery) -> str:
        return moment(delivery.sent_ms)

    @admin.display(description="latency")
    def latency(self, delivery: Delivery) -> str:
        return milliseconds(delivery.latency_ms)

    @admin.display(description="alerts")
    def items_told(self, delivery: Any) -> str:
        items = delivery.items.order_by("pk")[:MOST_ITEMS_SHOWN]
        shown = format_html_join("", "{}", ((_item(each.snapshot),) for each in items))
        more = delivery.item_count - MOST_ITEMS_SHOWN
        return format_html("{}<div>and {} more</div>", shown, more) if more > 0 else shown

    @admin.display(description="receipt")
    def shown_receipt(self, delivery: Delivery) -> str:
        return format_html_join("", "<div>{}: {}</div>", readable(delivery.receipt))


def _item(snapshot: dict[str, Any]) -> SafeString:
    labels = ", ".join(f"{name}={value}" for name, value in snapshot.get("labels", {}).items())
    return format_html(
        '<div>{} {} {} <span class="help">{}</span></div>',
        severity_chip(str(snapshot.get("severity", ""))),
        snapshot.get("status", ""),
        snapshot.get("summary") or snapshot.get("threshold") or "",
        labels,
    )
