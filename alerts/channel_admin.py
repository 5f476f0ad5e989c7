"""Channels in the admin: where people hear, and whether they do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join

from alerts import alert_admin, delivery_admin  # noqa: F401  register themselves
from alerts.admin_cells import milliseconds, moment
from alerts.channel_forms import ChannelForm, form_for
from alerts.channel_list import HealthFilter, enable, pause, send_test, state_chip, with_counts
from alerts.channels.registry import ABOUT, LABELS, kind_named
from alerts.editing import masked_settings, save_channel
from alerts.models import Channel, Delivery, DeliveryStatus
from alerts.reach import lead_to_the_first, led_to
from monitoring.evidence import readable
from monitoring.setting_fields import PREFIX
from opsportal.lib.kinds import settings_of

if TYPE_CHECKING:  # Django's class takes no parameter when it runs
    ChannelBase = admin.ModelAdmin[Channel]
else:
    ChannelBase = admin.ModelAdmin

_HEALTH = ("state", "waiting_count", "dead_count", "latency", "last_success", "shown_error")

_ROUTES = "admin:alerts_route_changelist"


@admin.register(Channel)
class ChannelAdmin(ChannelBase):
    change_form_template = "admin/channel_form.html"
    list_display = ["name", "kind", *_HEALTH]
    list_filter = [HealthFilter, "kind", "enabled"]
    search_fields = ["name", "last_error"]
    ordering = ["name"]
    readonly_fields = _HEALTH
    actions = [send_test, enable, pause]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Channel]:
        return with_counts(super().get_queryset(request))

    @admin.display(description="state")
    def state(self, channel: Channel) -> str:
        return state_chip(channel)

    @admin.display(description="last success", ordering="-last_success_ms")
    def last_success(self, channel: Channel) -> str:
        return moment(channel.last_success_ms)

    @admin.display(description="last error", ordering="-last_error_ms")
    def shown_error(self, channel: Channel) -> str:
        if channel.last_error_ms is None:
            return ""
        told = ((part,) for part in (moment(channel.last_error_ms), channel.last_error) if part)
        return format_html_join(": ", "{}", told)

    @admin.display(description="latency", ordering="latency_ms")
    def latency(self, channel: Channel) -> str:
        return milliseconds(channel.latency_ms)

    @admin.display(description="queued", ordering="waiting")
    def waiting_count(self, channel: Any) -> int:
        return int(channel.waiting)

    @admin.display(description="dead", ordering="dead")
    def dead_count(self, channel: Any) -> int:
        return int(channel.dead)

    @admin.display(description="settings")
    def shown_settings(self, channel: Channel) -> str:
        """To whoever may not change them."""
        told = ((name, text) for name, text in readable(masked_settings(channel)))
        return format_html_join("", "<div>{}: {}</div>", told)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Told in numbers; and deliveries, which nobody may delete, do not keep their channel."""
        count = Delivery.objects.filter(channel__in=objs).count()
        missing = set() if self.has_delete_permission(request) else {"channel"}
        names = [str(channel) for channel in objs]
        return names, {"channels": len(names), "deliveries": count}, missing, []

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.test_view)
        return [path("<int:pk>/test/", view, name="alerts_channel_test"), *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """First the kind, because the form depends on it."""
        if _kind_asked(request) is None and self.has_add_permission(request):
            kinds = [(key, label, ABOUT.get(key, "")) for key, label in LABELS.items()]
            context = {**self._context(request), "title": "Where do people hear?", "kinds": kinds}
            return render(request, "admin/channel_kinds.html", context)
        return super().add_view(request, form_url, extra_context)

    def get_form(
        self, request: HttpRequest, obj: Channel | None = None, change: bool = False, **options: Any
    ) -> type[ChannelForm]:
        """Not Django's factory: what fields there are depends on the kind."""
        return form_for(_kind(request, obj))

    def get_fieldsets(self, request: HttpRequest, obj: Channel | None = None) -> Any:
        kind = kind_named(_kind(request, obj))
        names = [f"{PREFIX}{each.name}" for each in settings_of(kind)]
        if obj and not self.has_change_permission(request, obj):
            names = ["shown_settings"]
        parts = [
            (None, {"fields": ("name", "kind", "enabled")}),
            (kind.label, {"fields": names}),
            ("How it is used", {"fields": ("max_per_minute", "drill")}),
        ]
        return [*parts, ("How it is doing", {"fields": _HEALTH})] if obj else parts

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"kind": _kind_asked(request)}

    def save_model(self, request: HttpRequest, obj: Channel, form: Any, change: bool) -> None:
        save_channel(obj, form.settings)
        route = None if change else lead_to_the_first(obj)
        if route is not None:
            messages.info(request, f"It hears what the route “{route}” tells.")
        elif not Channel.objects.filter(led_to(), pk=obj.pk).exists():
            told = "No route leads to {}, so nothing is told through it: {}."
            link = format_html('<a href="{}">tick it in one</a>', reverse(_ROUTES))
            messages.warning(request, format_html(told, obj.name, link))

    def test_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Sends a made-up alert with the settings that are saved, and waits for the answer."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        channel = get_object_or_404(Channel, pk=pk)
        if not self.has_change_permission(request, channel):
            raise PermissionDenied
        delivery = _tested(channel, request.user.get_username())
        context = {
            **self._context(request),
            "title": f"Test of {channel}",
            "channel": channel,
            "delivery": delivery,
            "was_sent": delivery.status == DeliveryStatus.SENT,
            "was_refused": delivery.status == DeliveryStatus.DEAD,
            "is_nav_sidebar_enabled": False,
        }
        return render(request, "admin/channel_test.html", context)

    def _context(self, request: HttpRequest) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts}


def _tested(channel: Channel, by: str) -> Delivery:
    from alerts.deliveries import queue_test
    from alerts.outbox import deliver_now

    return deliver_now(queue_test(channel, by=by).pk)


def _kind(request: HttpRequest, channel: Channel | None) -> str:
    return channel.kind if channel else _kind_asked(request) or next(iter(LABELS))


def _kind_asked(request: HttpRequest) -> str | None:
    kind = request.GET.get("kind") or request.POST.get("kind") or ""
    return kind if kind in LABELS else None
