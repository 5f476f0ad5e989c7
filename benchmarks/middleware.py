"""What the middleware adds to a request, beside an empty one and django-prometheus's two.

In one process, through Django's own handlers. Each short round asks all of them in a random order,
and what counts is the median over the rounds of the difference to the bare handler in the same
round: a machine that is busy with something else then shifts both sides alike.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.table import Row

MICRO = 1_000_000
OURS = ["monitoring.middleware.TrafficMiddleware"]
EMPTY = ["benchmarks.middleware.EmptyMiddleware"]
PROMETHEUS = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
CHAINS: dict[str, list[str]] = {
    "bare": [],
    "empty": EMPTY,
    "ours": OURS,
    "django-prometheus": PROMETHEUS,
}


class EmptyMiddleware:
    """What any synchronous middleware costs at least."""

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        return self.get_response(request)


class DiscardingWriter:
    def write(self, points: Any) -> None:
        pass


def run(quick: bool) -> list[Row]:
    """In a process of its own: Django's settings can be made only once."""
    rounds = "150" if quick else "1500"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.middleware", rounds],
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=True,
    )
    figures = [line.split() for line in done.stdout.splitlines()]
    micros = {(mode, name): float(value) for mode, name, value in figures}
    return [*_rows("sync", micros), *_rows("async", micros)]


def _rows(mode: str, micros: dict[tuple[str, str], float]) -> list[Row]:
    ours, prometheus = micros[mode, "ours"], micros[mode, "django-prometheus"]
    return [
        Row(
            "middleware",
            f"{mode}: time added to a request",
            ours,
            "µs",
            "empty middleware",
            micros[mode, "empty"],
            "≤ 5 µs" if mode == "sync" else "",
            ours <= 5 if mode == "sync" else None,
        ),
        Row(
            "middleware",
            f"{mode}: beside django-prometheus",
            ours,
            "µs",
            "django-prometheus",
            prometheus,
            "≤ 1/10",
            ours <= prometheus / 10,
        ),
    ]


# --- In the process of its own ------------------------------------------------------------------


def _configure() -> None:
    import django
    from django.conf import settings
    from django.http import HttpResponse
    from django.urls import path

    def view(request: Any, number: int) -> HttpResponse:
        return HttpResponse("ok")

    async def async_view(request: Any, number: int) -> HttpResponse:
        return HttpResponse("ok")

    routes = [path("sync/<int:number>/", view), path("async/<int:number>/", async_view)]
    settings.configure(
        SECRET_KEY="benchmark",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=type("Routes", (), {"urlpatterns": routes}),
        MIDDLEWARE=[],
        TRAFFIC={"WRITER": "benchmarks.middleware.DiscardingWriter", "EXCLUDE": [r"^/static/"]},
    )
    django.setup()


def _handler(chain: list[str], is_async: bool) -> Callable[[Any], Any]:
    from django.conf import settings
    from django.core.handlers.base import BaseHandler

    settings.MIDDLEWARE = chain
    handler = BaseHandler()
    handler.load_middleware(is_async=is_async)
    return handler.get_response_async if is_async else handler.get_response


def _sync_round(handler: Callable[[Any], Any], requests: list[Any]) -> float:
    started = time.perf_counter()
    for request in requests:
        handler(request)
    return (time.perf_counter() - started) / len(requests) * MICRO


async def _async_round(handler: Callable[[Any], Any], requests: list[Any]) -> float:
    started = time.perf_counter()
    for request in requests:
        await handler(request)
    return (time.perf_counter() - started) / len(requests) * MICRO


def _measure(mode: str, rounds: int, count: int) -> None:
    from django.test import AsyncRequestFactory, RequestFactory

    is_async = mode == "async"
    factory: Any = AsyncRequestFactory() if is_async else RequestFactory()
    handlers = {name: _handler(chain, is_async) for name, chain in CHAINS.items()}
    added: dict[str, list[float]] = {name: [] for name in handlers if name != "bare"}
    with asyncio.Runner() as runner:
        for _ in range(rounds):
            micros = {}
            for name in random.sample(list(handlers), len(handlers)):
                requests = [factory.get(f"/{mode}/{number}/") for number in range(count)]
                if is_async:
                    micros[name] = runner.run(_async_round(handlers[name], requests))
                else:
                    micros[name] = _sync_round(handlers[name], requests)
            for name, differences in added.items():
                differences.append(micros[name] - micros["bare"])
    for name, differences in added.items():
        print(mode, name, statistics.median(differences))


def main() -> None:
    _configure()
    rounds = int(sys.argv[1])
    _measure("sync", rounds, 40)
    _measure("async", rounds // 3, 15)


if __name__ == "__main__":
    main()
