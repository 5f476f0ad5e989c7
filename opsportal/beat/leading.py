"""Who of several leads: a lease in the database, without a clock that two machines would share.

The leader counts on in its row. Who has watched the count stand still for LEASE_SECONDS, by a clock
of its own that cannot be set, takes the lead with the next token, which tells its messages from
those of anyone who led before. The leader reckons with less than that, from before it wrote: it has
stopped leading by the time at which another may begin.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F

from opsportal.models import Lease

LEASE_SECONDS = 10.0
RENEW_SECONDS = 3.0
MARGIN_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Seen:
    """The row as it was first seen so, at that moment of the watcher's monotonic clock."""

    token: int
    count: int
    since: float


class Candidate:
    """One process that would lead. `now` is on its monotonic clock. Raises DatabaseError."""

    def __init__(self, name: str, holder: str) -> None:
        self._name, self._holder = name, holder
        self.token = 0
        self._led_until, self._renew_at = 0.0, 0.0
        self._seen: Seen | None = None
        self._is_new = True

    @property
    def is_alone(self) -> bool:
        """It has never had to wait for another."""
        return self._seen is None

    def leads(self, now: float) -> bool:
        return bool(self.token) and now < self._led_until

    def seconds_to_next(self, now: float) -> float:
        """Until it has to be asked again."""
        return max(0.0, self._renew_at - now)

    def stand(self, now: float) -> bool:
        """Renews or tries to take the lead; whether it leads."""
        if self.token and now < self._renew_at:
            return self.leads(now)
        self._renew_at = now + RENEW_SECONDS
        if self.token and self._count_on(self.token):
            self._led_until = now + LEASE_SECONDS - MARGIN_SECONDS
            return True
        self.token = 0
        return self._try_to_take(now)

    def give_up(self) -> None:
        """So that another need not wait."""
        mine = Lease.objects.filter(name=self._name, token=self.token)
        if self.token:
            mine.update(holder="")
        self.token = 0

    def _count_on(self, token: int) -> bool:
        mine = Lease.objects.filter(name=self._name, token=token)
        return mine.update(count=F("count") + 1) == 1

    def _try_to_take(self, now: float) -> bool:
        row = Lease.objects.filter(name=self._name).first() or self._made()
        is_free = not row.holder
        # This process has died and was started again: whom it would wait for is gone.
        was_mine = self._is_new and row.holder == self._holder
        self._is_new = False
        if not (is_free or was_mine or self._has_stood_still(row, now)):
            return False
        unchanged = Lease.objects.filter(name=self._name, token=row.token, count=row.count)
        if not unchanged.update(holder=self._holder, token=F("token") + 1, count=F("count") + 1):
            return False
        self.token = row.token + 1
        self._led_until = now + LEASE_SECONDS - MARGIN_SECONDS
        return True

    def _has_stood_still(self, row: Lease, now: float) -> bool:
        seen = self._seen
        if seen is None or (seen.token, seen.count) != (row.token, row.count):
            self._seen = Seen(row.token, row.count, now)
            return False
        return now - seen.since >= LEASE_SECONDS

    def _made(self) -> Lease:
        try:
            with transaction.atomic():
                return Lease.objects.create(name=self._name)
        except IntegrityError:
            return Lease.objects.get(name=self._name)
