"""Kills processes of a running portal with -9 while thresholds cross, and counts what arrives.

Every alert that fires has to be told: none lost; what comes twice has the same idempotency key and
is less than one in a hundred. A full run kills 200 times and takes about half an hour;
`OPSPORTAL_BENCH_KILLS` asks for another number.
"""

from __future__ import annotations

import json
import os
import random
import signal
import tempfile
import time
from collections import Counter
from pathlib import Path

import requests

from benchmarks.alerting import SET_UP, _in_portal
from benchmarks.table import Row
from tests.alerts.receiver import Receiver, receiving
from tests.running_portal import RunningPortal

PROCESSES = ("worker", "beat", "broker", "web")
MOST_DOUBLES = 0.01
# Longer than a lease, and than the retries of what failed meanwhile.
SETTLE_SECONDS = 90.0


def run(quick: bool) -> list[Row]:
    kills = int(os.environ.get("OPSPORTAL_BENCH_KILLS", "8" if quick else "200"))
    with tempfile.TemporaryDirectory(prefix="bench-") as directory, receiving() as receiver:
        portal = RunningPortal(Path(directory) / "var")
        portal.set_up()
        _in_portal(portal, SET_UP.format(url=receiver.url))
        token = portal.token("chaos", "write")
        portal.start()
        try:
            crossed = _killed(portal, token, kills)
            _settled(receiver, crossed)
        finally:
            portal.close()
    return _rows(receiver, crossed, kills)


def _killed(portal: RunningPortal, token: str, kills: int) -> set[str]:
    """Crosses a threshold and kills something, at a random moment of it, again and again. Returns
    the hosts whose points the portal has taken."""
    dice = random.Random(1)
    crossed: set[str] = set()
    for number in range(kills):
        for part in range(3):
            host = f"k{number}-{part}"
            if _recorded(portal, token, host):
                crossed.add(host)
        time.sleep(dice.random() * 2)
        _kill(portal, PROCESSES[number % len(PROCESSES)])
        time.sleep(dice.random() * 2)
    return crossed


def _recorded(portal: RunningPortal, token: str, host: str) -> bool:
    point = {"metric": "load1", "labels": {"host": host}, "time": int(time.time()), "value": 99.0}
    try:
        answer = requests.post(
            f"{portal.url}/api/v1/points",
            json={"points": [point]},
            headers={"Authorization": f"Bearer {token}"},
            timeout=5,
        )
    except requests.RequestException:
        return False
    return answer.ok


def _kill(portal: RunningPortal, name: str) -> None:
    try:
        state = json.loads((portal.data_dir / "run" / "portal.json").read_text("utf-8"))
        os.kill(state["processes"][name]["pid"], signal.SIGKILL)
    except (OSError, KeyError, ValueError, TypeError):
        return  # it is just being started again


def _settled(receiver: Receiver, crossed: set[str]) -> None:
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        if crossed <= _hosts(receiver):
            break
        time.sleep(1)
    time.sleep(5)


def _hosts(receiver: Receiver) -> set[str]:
    return {body["labels"]["host"] for body in receiver.bodies if body["status"] == "firing"}


def _rows(receiver: Receiver, crossed: set[str], kills: int) -> list[Row]:
    told = [body for body in receiver.bodies if body["labels"].get("host", "").startswith("k")]
    keys = Counter(body["idempotency_key"] for body in told)
    by_host = Counter(
        host for host, _key in {(b["labels"]["host"], b["idempotency_key"]) for b in told}
    )
    lost = len(crossed - _hosts(receiver))
    doubles = sum(count - 1 for count in keys.values())
    unmarked = sum(count - 1 for count in by_host.values())
    share = doubles / max(1, len(keys))
    subject = f"chaos, {kills} kills"
    return [
        Row(subject, "crossed", len(crossed), "alerts"),
        Row(subject, "lost", lost, "alerts", bar="0", passed=lost == 0),
        Row(subject, "told twice, same key", 100 * share, "%", bar="< 1 %",
            passed=share < MOST_DOUBLES),
        Row(subject, "told twice, another key", unmarked, "alerts", bar="0", passed=unmarked == 0),
    ]  # fmt: skip
