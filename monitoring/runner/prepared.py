"""Checks made ready for probing, kept until they are edited: building one costs decryption and
validation, and ten thousand checks a minute come by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from monitoring.editing import full_settings
from monitoring.heartbeats.listening import POLICY
from monitoring.models import Check
from monitoring.probes.base import Probe, Reason, Result, Status
from monitoring.probes.registry import build, kind_named
from monitoring.runner.leasing import Lease
from monitoring.runner.redaction import secret_texts
from monitoring.store import KnownSeries
from monitoring.verdicts import Policy
from opsportal.lib.crypto import UnreadableSecretError
from opsportal.lib.kinds import SettingsError, secret_names


class SeriesOfACheck:
    """Found once each."""

    def __init__(self, slug: str, kind: str) -> None:
        self.labels = {"check": slug, "kind": kind}
        self._known: dict[str, KnownSeries] = {}

    def of(self, metric: str) -> KnownSeries:
        return self._known.get(metric) or self._new(metric, metric, self.labels)

    def of_phase(self, phase: str) -> KnownSeries:
        return self._known.get(phase) or self._new(
            phase, "check_phase_ms", {"check": self.labels["check"], "phase": phase}
        )

    def _new(self, name: str, metric: str, labels: dict[str, str]) -> KnownSeries:
        series = self._known[name] = KnownSeries(metric, labels)
        return series


@dataclass(frozen=True, slots=True)
class Prepared:
    check_id: int
    version: int
    slug: str
    kind: str
    probe: Probe
    is_tls: bool
    series: SeriesOfACheck
    secrets: tuple[str, ...]
    interval_ms: int
    timeout_seconds: float
    retry_interval_ms: int
    policy: Policy
    parent_id: int | None
    is_reference: bool
    is_local: bool

    def may_be_due_within(self, ahead_ms: int) -> bool:
        """After a probe, whatever it has found."""
        return min(self.interval_ms, self.retry_interval_ms) <= ahead_ms


class PreparedChecks:
    """One per process. Not thread-safe: only the thread that leases uses it."""

    def __init__(self) -> None:
        self._by_id: dict[int, Prepared] = {}

    def of(self, leases: Iterable[Lease]) -> dict[int, Prepared]:
        """By check id; a check that was deleted meanwhile is absent."""
        found, stale = {}, {}
        for lease in leases:
            known = self._by_id.get(lease.check_id)
            if known is not None and known.version == lease.version:
                found[lease.check_id] = known
            else:
                stale[lease.check_id] = lease.version
        for check in Check.objects.filter(pk__in=stale) if stale else ():
            found[check.pk] = self._by_id[check.pk] = prepare(check, stale[check.pk])
        return found


def prepare(check: Check, version: int) -> Prepared:
    settings, probe = _built(check)
    return Prepared(
        check_id=check.pk,
        version=version,
        slug=check.slug,
        kind=check.kind,
        probe=probe,
        is_tls=bool(getattr(probe, "is_tls", False)),
        series=SeriesOfACheck(check.slug, check.kind),
        secrets=secret_texts(settings, secret_names(kind_named(check.kind))),
        interval_ms=check.interval_seconds * 1000,
        timeout_seconds=check.timeout_seconds,
        retry_interval_ms=check.retry_interval_seconds * 1000,
        policy=_policy(check),
        parent_id=check.parent_id,
        is_reference=check.is_reference,
        is_local=check.is_local,
    )


def _policy(check: Check) -> Policy:
    return (
        POLICY if check.kind == "heartbeat" else Policy(check.retries, check.successes_to_recover)
    )


class Unusable(Probe):
    """Stands in where an upgrade has narrowed what a kind accepts, or a lost key has made secrets
    unreadable: that check says so, and the others run."""

    def __init__(self, problem: str) -> None:
        self._problem = problem

    def probe(self, timeout_seconds: float) -> Result:
        return Result(Status.DOWN, Reason.INTERNAL, self._problem)


def _built(check: Check) -> tuple[Mapping[str, Any], Probe]:
    try:
        settings = full_settings(check)
        return settings, build(check.kind, settings)
    except (SettingsError, UnreadableSecretError) as error:
        return {}, Unusable(str(error))
