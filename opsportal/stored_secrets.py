"""Every column that holds encrypted secrets: what the doctor tries to read and rotation renews."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from alerts.models import Channel
from backups.models import Plan, PlanDestination
from monitoring.models import Check
from opsportal.access.models import SecondFactor
from opsportal.lib.crypto import UnreadableSecretError, decrypt, renewed


class Place(NamedTuple):
    """`label` takes the value of `name`."""

    model: Any
    name: str
    column: str
    label: str


PLACES = (
    Place(Check, "name", "secrets", "check “{}”"),
    Place(Channel, "name", "secrets", "channel “{}”"),
    Place(Plan, "name", "source_secrets", "plan “{}”"),
    Place(PlanDestination, "plan__name", "secrets", "a destination of “{}”"),
    Place(SecondFactor, "user__username", "secrets", "second factor of “{}”"),
)


class Stored(NamedTuple):
    place: Place
    pk: int
    label: str
    text: str

    @property
    def is_readable(self) -> bool:
        try:
            decrypt(self.text)
        except UnreadableSecretError:
            return False
        return True

    def renew(self) -> bool:
        """Encrypts it with the key of today; False where somebody has just saved another one.
        Raises UnreadableSecretError."""
        rows = self.place.model._default_manager.filter(
            **{"pk": self.pk, self.place.column: self.text}
        )
        return bool(rows.update(**{self.place.column: renewed(self.text)}))


def stored_secrets() -> Iterator[Stored]:
    for place in PLACES:
        rows = place.model._default_manager.exclude(**{place.column: ""})
        for pk, name, text in rows.values_list("pk", place.name, place.column):
            yield Stored(place, pk, place.label.format(name), text)
