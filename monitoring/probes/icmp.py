"""ICMP: whether a host answers echo requests, without root where the system allows it."""

from __future__ import annotations

from collections.abc import Mapping

import icmplib

from monitoring.probes.base import Probe, Reason, Result, Status
from monitoring.probes.validation import check_host, complaints
from opsportal.lib.connections import Deadline, resolve
from opsportal.lib.kinds import kind, setting

_INTERVAL_SECONDS = 0.05


@kind
class Icmp(Probe):
    name = "icmp"
    label = "Ping (ICMP)"

    host: str = setting("Host")
    count: int = setting("Packets", default=3, minimum=1, maximum=5)
    degraded_ms: float = setting("Degraded above, ms", "0: never", default=0, minimum=0)

    def validate(self) -> Mapping[str, str]:
        return dict(complaints({"host": lambda: check_host(self.host)}))

    def probe(self, timeout_seconds: float) -> Result:
        deadline = Deadline(timeout_seconds)
        address = resolve(self.host, 0, deadline)[0]
        resolved_ms = deadline.elapsed_ms
        each_seconds = deadline.remaining_seconds() / self.count - _INTERVAL_SECONDS
        try:
            found = _ping(address, self.count, max(each_seconds, 0.01))
        except icmplib.SocketPermissionError:
            return Result(Status.DOWN, Reason.INTERNAL, _NOT_ALLOWED)
        except icmplib.ICMPLibError as error:
            return Result(Status.DOWN, Reason.UNREACHABLE, str(error) or "unreachable")
        return self._judged(found, resolved_ms)

    def _judged(self, found: icmplib.Host, resolved_ms: float) -> Result:
        evidence = {
            "address": found.address,
            "sent": found.packets_sent,
            "received": found.packets_received,
            "round_trips_ms": [round(each, 3) for each in found.rtts],
        }
        if not found.is_alive:
            return Result(Status.DOWN, Reason.TIMEOUT, "no echo came back", evidence=evidence)
        phases_ms = {"dns": resolved_ms, "round_trip": found.avg_rtt}
        status, reason, message = Status.UP, Reason.OK, f"{found.avg_rtt:.1f} ms"
        if found.packet_loss:
            status, reason = Status.DEGRADED, Reason.MISMATCH
            message = f"{found.packets_sent - found.packets_received} of {self.count} packets lost"
        elif self.degraded_ms and found.avg_rtt > self.degraded_ms:
            status, reason = Status.DEGRADED, Reason.SLOW
            message = f"{found.avg_rtt:.0f} ms, allowed are {self.degraded_ms:g}"
        return Result(status, reason, message, sum(phases_ms.values()), phases_ms, evidence)


def _ping(address: str, count: int, each_seconds: float) -> icmplib.Host:
    """Root, of a container say, may send raw packets where the group range leaves it out."""
    try:
        return icmplib.ping(address, count, _INTERVAL_SECONDS, each_seconds, privileged=False)
    except icmplib.SocketPermissionError:
        return icmplib.ping(address, count, _INTERVAL_SECONDS, each_seconds, privileged=True)


_NOT_ALLOWED = (
    "this host does not let the portal send ICMP: set net.ipv4.ping_group_range to its group"
)
