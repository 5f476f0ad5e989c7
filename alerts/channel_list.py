"""The list of channels in the admin: how each is doing, and what can be done to many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.safestring import SafeString

from alerts.admin_cells import chip
from alerts.models import Channel, Delivery

if TYPE_CHECKING:  # Django's class takes no parameter when it runs
    ChannelBase = admin.ModelAdmin[Channel]
else:
    ChannelBase = admin.ModelAdmin


def with_counts(channels: QuerySet[Channel]) -> QuerySet[Channel]:
    """Each with `waiting` and `dead`: how many of its messages are."""
    return channels.annotate(
        # Of both columns of their indexes, or SQLite takes that of all.
        waiting=_count("status IN ('queued', 'failed') AND due_ms >= 0"),
        dead=_count("status = 'dead' AND due_ms >= 0"),
    )


def _count(which: str) -> Coalesce:
    """Said as a constant: only then is the index of just those used."""
    rows = Delivery.objects.filter(channel=OuterRef("pk")).extra(where=[which])  # noqa: S610 (said in this module alone)
    rows = rows.order_by().values("channel")
    counted = rows.annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


class HealthFilter(admin.SimpleListFilter):
    title = "health"
    parameter_name = "health"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("failing", "Failing"), ("waiting", "Messages wait"), ("unused", "Never used")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Of what `with_counts` has annotated."""
        match self.value():
            case "failing":
                return queryset.filter(failing(), enabled=True)
            case "waiting":
                return queryset.filter(waiting__gt=0)
            case "unused":
                return queryset.filter(last_success_ms=None, last_error_ms=None)
        return queryset


def failing() -> Q:
    """The last that was sent was not taken."""
    never = Q(last_success_ms=None) | Q(last_success_ms__lte=F("last_error_ms"))
    return never & Q(last_error_ms__isnull=False)


def state_chip(channel: Channel) -> SafeString:
    """Green only where the last that was sent was taken."""
    if not channel.enabled:
        return chip("paused", "unknown")
    succeeded_ms, failed_ms = channel.last_success_ms or 0, channel.last_error_ms or 0
    if not succeeded_ms and not failed_ms:
        return chip("never used", "unknown")
    if succeeded_ms > failed_ms:
        return chip("working", "up")
    return chip("failing", "down", channel.last_error)


@admin.action(description="Send test", permissions=["change"])
def send_test(listed: ChannelBase, request: HttpRequest, chosen: QuerySet[Channel]) -> None:
    """Nobody waits for the answers here: each of many may take seconds."""
    from alerts.deliveries import queue_test
    from alerts.outbox import wake

    tests = [queue_test(channel, by=request.user.get_username()) for channel in chosen]
    wake([test.channel_id for test in tests])
    messages.success(request, f"{_channels(len(tests))} to be tested; see the list for the result.")
    paused = [channel.name for channel in chosen if not channel.enabled]
    if paused:
        messages.warning(request, f"Waits until it is enabled: {', '.join(paused)}")


@admin.action(description="Enable", permissions=["change"])
def enable(listed: ChannelBase, request: HttpRequest, chosen: QuerySet[Channel]) -> None:
    """What has waited meanwhile is sent at once."""
    from alerts.outbox import wake

    channel_ids = [channel.pk for channel in chosen]
    Channel.objects.filter(pk__in=channel_ids).update(enabled=True)
    wake(channel_ids)
    messages.success(request, f"{_channels(len(channel_ids))} enabled.")


@admin.action(description="Pause", permissions=["change"])
def pause(listed: ChannelBase, request: HttpRequest, chosen: QuerySet[Channel]) -> None:
    channel_ids = [channel.pk for channel in chosen]
    Channel.objects.filter(pk__in=channel_ids).update(enabled=False)
    messages.success(request, f"{_channels(len(channel_ids))} paused.")


def _channels(count: int) -> str:
    return f"{count} channel{'' if count == 1 else 's'}"
