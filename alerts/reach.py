"""Whether anybody hears of an alert: a channel that nothing leads to tells nobody."""

from __future__ import annotations

from django.db.models import Q

from alerts.models import Channel, Route


def led_to() -> Q:
    """Of channels: some route, escalation or threshold that is on leads there."""
    routed = Q(route__enabled=True) | Q(escalation__route__enabled=True)
    return routed | Q(threshold__enabled=True)


def somebody_hears() -> bool:
    return Channel.objects.filter(led_to(), enabled=True).exists()


def lead_to_the_first(channel: Channel) -> Route | None:
    """While nobody hears of anything a new channel joins the route of every alert, which is named:
    who adds the first one wants to be told. None where somebody hears already, or there is no such
    route."""
    if somebody_hears():
        return None
    route = Route.objects.filter(enabled=True, matchers="", active_hours="").first()
    if route is not None:
        route.channels.add(channel)
    return route
