"""What a batch of results needs to know of other checks: parents, and the portal's own network."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet

from monitoring import store
from monitoring.blindness import Witness, hear
from monitoring.models import Blindness, Check, CheckState, CheckStatus
from monitoring.probes.base import Reason
from monitoring.runner.prepared import Prepared
from monitoring.verdicts import Surroundings
from opsportal.lib.prepared import Prepared as PreparedQuery

# Of ten thousand checks the last probed ones tell as much as all of them.
_WITNESSES = 50
_MINUTE_MS = 60_000
# Asked for each batch of results.
_OPEN = PreparedQuery(lambda: Blindness.objects.filter(ended_ms=None).values_list("pk"))


class Senses:
    """For one batch, within its transaction. Asks the database only when a check would turn."""

    def __init__(self, now_ms: int) -> None:
        self._now_ms = now_ms
        # Of `portal_blind`: whoever watches it hears once that it is, and once that it was.
        self.points: list[store.Point] = []
        self._episode = _open_episode()

    @property
    def is_blind(self) -> bool:
        return self._episode is not None

    def around(self, check: Prepared, reason: Reason, failing_since_ms: int | None) -> Surroundings:
        needed = self._of_parent(check.parent_id)
        if needed is not Surroundings.CLEAR:
            return needed
        if check.kind == "heartbeat":
            # A portal without a network hears of no job.
            return Surroundings.BLIND if self._episode else Surroundings.CLEAR
        if check.is_local or not reason.may_be_our_network:
            return Surroundings.CLEAR
        return self._of_network(check, failing_since_ms or self._now_ms)

    def saw(self, check: Prepared) -> None:
        """A check has answered. Where there are references, only they end blindness."""
        if self._episode is None or check.is_local or check.kind == "heartbeat":
            return
        if check.is_reference or not _references().exists():
            self._episode.ended_ms = self._now_ms
            self._episode.save()
            self._episode = None
            self._tell(self._now_ms, 0)

    def _of_parent(self, parent_id: int | None) -> Surroundings:
        parent = CheckState.objects.filter(pk=parent_id).first() if parent_id else None
        if parent is None or parent.status == CheckStatus.PAUSED:
            return Surroundings.CLEAR
        if parent.status in (CheckStatus.DOWN, CheckStatus.UNKNOWN):
            return Surroundings.PARENT_DOWN
        return Surroundings.PARENT_FAILING if parent.failures else Surroundings.CLEAR

    def _of_network(self, check: Prepared, since_ms: int) -> Surroundings:
        hearing = hear(_witnesses(check.check_id), check.is_reference, since_ms)
        if hearing.ask:
            asked = CheckState.objects.filter(pk__in=hearing.ask, due_ms__gt=self._now_ms)
            asked.update(due_ms=self._now_ms)
        if hearing.finding is Surroundings.BLIND:
            self._note_blindness(check, since_ms)
        return hearing.finding

    def _note_blindness(self, check: Prepared, since_ms: int) -> None:
        if self._episode is None:
            why = "fails" if check.is_reference else "and every other check fail at once"
            self._episode = Blindness.objects.create(
                began_ms=since_ms, reason=f"{check.slug} {why}"
            )
            self._tell(self._now_ms, 1)
        elif self._now_ms - self._now_ms % _MINUTE_MS > self._episode.began_ms:
            # Silence would not tell that it lasts. Once a minute, not once a check.
            self._tell(self._now_ms - self._now_ms % _MINUTE_MS, 1)

    def _tell(self, time_ms: int, value: float) -> None:
        self.points.append(store.Point("portal_blind", {}, time_ms, value))


def _open_episode() -> Blindness | None:
    for (pk,) in _OPEN.rows():
        return Blindness.objects.get(pk=pk)
    return None


def _references() -> QuerySet[Check]:
    return Check.objects.filter(is_reference=True, enabled=True)


def _witnesses(check_id: int) -> list[Witness]:
    """References first: there are few, and they decide."""
    remote = Q(owner__enabled=True, owner__is_local=False) & ~Q(owner__kind="heartbeat")
    rows = CheckState.objects.filter(remote).exclude(pk=check_id)
    newest = rows.order_by("-owner__is_reference", F("probed_ms").desc(nulls_last=True))[
        :_WITNESSES
    ]
    lost = {str(reason) for reason in Reason if reason.may_be_our_network}
    return [
        Witness(pk, probed_ms or 0, failures > 0 and reason in lost, is_reference)
        for pk, probed_ms, failures, reason, is_reference in newest.values_list(
            "pk", "probed_ms", "failures", "reason", "owner__is_reference"
        )
    ]
