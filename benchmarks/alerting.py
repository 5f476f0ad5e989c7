"""From a point recorded over HTTP to the message at the receiver; and what evaluation costs.

A whole portal runs beside a local webhook receiver. Each alert is of a series of its own, and told
to the channel that its threshold names. The time is from before the request with the points was
sent until the message has arrived.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import requests

from benchmarks.table import Row
from tests.alerts.receiver import Receiver, receiving
from tests.running_portal import RunningPortal

ROOT = Path(__file__).resolve().parent.parent
MOST_P50_MS, MOST_P99_MS, MOST_ALL_SECONDS, MOST_CPU_SECONDS = 50, 250, 5, 1
SET_UP = """
from alerts.editing import save_channel, save_threshold
from alerts.models import Channel, Threshold
hook = Channel(name="bench", kind="webhook", max_per_minute=100000)
save_channel(hook, {{"url": "{url}"}})
save_threshold(Threshold(name="Bench", metric="load1", value=10, severity="critical"), [hook])
"""
# Of the many that cross at once a chat is told in a few messages, each of which says of how many.
CHAT = """
chat = Channel(name="chat", kind="slack", max_per_minute=100000)
save_channel(chat, {{"url": "{url}"}})
many = Threshold(name="Many", metric="memory_percent", labels={{"bench": "many"}}, value=10)
save_threshold(many, [chat])
"""
MANY = 10_000
_TOLD_OF = re.compile(r"(\d+) alerts")
EVALUATE = """
import time
from alerts.editing import save_threshold
from alerts.engine import evaluate_all
from alerts.models import Alert, Threshold
from monitoring import store
Threshold.objects.all().delete()
for number in range(10):
    limit = Threshold(name=f"t{number}", metric="load1", value=1e6 + number, aggregation="%s")
    save_threshold(limit, [])
now_ms = time.time_ns() // 1_000_000
for back in range(6):
    points = [
        store.Point("load1", {"host": f"h{number}"}, now_ms - back * 10_000, 1.0)
        for number in range(1000)
    ]
    store.record(points, now_ms=now_ms)
evaluate_all(now_ms)
before = time.process_time()
evaluate_all(now_ms)
print(time.process_time() - before)
"""


def run(quick: bool) -> list[Row]:
    sizes = {1: 10 if quick else 100, 100: 1 if quick else 5, 1000: 1 if quick else 3}
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as directory,
        receiving() as receiver,
        receiving() as chat,
    ):
        portal = RunningPortal(Path(directory) / "var")
        portal.set_up()
        _in_portal(portal, SET_UP.format(url=receiver.url) + CHAT.format(url=chat.url))
        token = portal.token("bench", "write")
        portal.start()
        try:
            time.sleep(3)
            _told(portal, token, receiver, "warming-up", 5)
            rows = [
                row
                for count, rounds in sizes.items()
                for row in _rows(portal, token, receiver, count, rounds)
            ]
            rows += _of_many(portal, token, chat)
        finally:
            portal.close()
        return rows + [_evaluation(portal, aggregation) for aggregation in ("last", "mean")]


def _in_portal(portal: RunningPortal, program: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", program],
        cwd=ROOT,
        env=portal.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def _rows(
    portal: RunningPortal, token: str, receiver: Receiver, count: int, rounds: int
) -> list[Row]:
    found = [
        _told(portal, token, receiver, f"n{count}-r{number}", count) for number in range(rounds)
    ]
    times_ms = sorted(each for times in found for each in times)
    p50, p99 = statistics.median(times_ms), times_ms[int(len(times_ms) * 0.99)]
    subject = f"alerts, {count} at once"
    if count == 1000:
        seconds = max(max(times) for times in found) / 1000
        bar, passed = f"<= {MOST_ALL_SECONDS} s", seconds <= MOST_ALL_SECONDS
        return [
            Row(subject, "told, p50", p50, "ms"),
            Row(subject, "told, all", seconds, "s", bar=bar, passed=passed),
        ]
    judged = count == 1
    return [
        Row(subject, "told, p50", p50, "ms", bar=f"<= {MOST_P50_MS} ms" if judged else "",
            passed=p50 <= MOST_P50_MS if judged else None),
        Row(subject, "told, p99", p99, "ms", bar=f"<= {MOST_P99_MS} ms" if judged else "",
            passed=p99 <= MOST_P99_MS if judged else None),
    ]  # fmt: skip


def _told(
    portal: RunningPortal, token: str, receiver: Receiver, prefix: str, count: int
) -> list[float]:
    """Of each alert, milliseconds from sending its point until its message had come."""
    known = len(receiver.bodies)
    second = int(time.time())
    points = [
        {"metric": "load1", "labels": {"host": f"{prefix}-{n}"}, "time": second, "value": 99.0}
        for n in range(count)
    ]
    started = time.perf_counter()
    _recorded(portal, token, points)
    receiver.wait_for(known + count, 60)
    return [1000 * (at - started) for at in receiver.times[known : known + count]]


def _recorded(portal: RunningPortal, token: str, points: list[dict[str, object]]) -> None:
    answer = requests.post(
        f"{portal.url}/api/v1/points",
        json={"points": points},
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    )
    assert answer.ok, answer.text


def _of_many(portal: RunningPortal, token: str, chat: Receiver) -> list[Row]:
    """Ten thousand series cross one threshold in the same moment, and come back."""
    return [
        row
        for what, value in (("told that they fire", 99.0), ("told that it is over", 1.0))
        for row in _crossing(portal, token, chat, what, value)
    ]


def _crossing(
    portal: RunningPortal, token: str, chat: Receiver, what: str, value: float
) -> list[Row]:
    known, second = len(chat.bodies), int(time.time())
    points: list[dict[str, object]] = [
        {
            "metric": "memory_percent",
            "labels": {"host": f"m{n}", "bench": "many"},
            "time": second,
            "value": value,
        }
        for n in range(MANY)
    ]
    started = time.perf_counter()
    _recorded(portal, token, points)
    told = 0
    while told < MANY and time.perf_counter() - started < 120:
        time.sleep(0.05)
        told = sum(_told_of(body) for body in chat.bodies[known:])
    seconds = time.perf_counter() - started
    subject = f"alerts, {MANY} at once"
    return [
        Row(subject, f"{what}, in {len(chat.bodies) - known} messages", seconds, "s"),
        Row(subject, f"{what}, lost", MANY - told, "alerts", bar="0", passed=told == MANY),
    ]


def _told_of(body: dict[str, Any]) -> int:
    """As its header says; of one alert it has the threshold's name instead."""
    header = body["attachments"][0]["blocks"][0]["text"]["text"]
    found = _TOLD_OF.search(header)
    return int(found[1]) if found else 1


def _evaluation(portal: RunningPortal, aggregation: str) -> Row:
    spent = float(_in_portal(portal, EVALUATE % aggregation).split()[-1])
    return Row(
        "evaluation", f"10 000 x {aggregation}", spent, "CPU s",
        bar=f"<= {MOST_CPU_SECONDS} s", passed=spent <= MOST_CPU_SECONDS,
    )  # fmt: skip
