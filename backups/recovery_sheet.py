"""What to print and keep: how a plan's backups are restored on a bare machine. No secret in it."""

from __future__ import annotations

import re
import shlex

from backups import keys
from backups.editing import destination_of, source_of
from backups.models import GOOD, Plan
from backups.naming import ENCRYPTED, prefix
from backups.sources.base import Source

_NEWEST = "NEWEST-ARTIFACT"
_PLACEHOLDER = re.compile(r"\b(FILE|NAME|CREATE)\b")


def recovery_sheet(plan: Plan) -> str:
    """Raises SettingsError, UnreadableSecretError, and ValueError without a recovery key."""
    source = source_of(plan)
    newest = plan.backups.filter(status__in=GOOD).first()
    key = newest.key if newest else f"{prefix(plan)}{_NEWEST}.{source.suffix}{ENCRYPTED}"
    artifact = key.rpartition("/")[2]
    places = [destination_of(row) for row in plan.destinations.all()]
    recipients = keys.recipients_in(plan.recipients) or keys.recovery_recipients()
    lines = [
        f"How to restore {plan.name}",
        "",
        f"It is a backup of {source.place} ({source.label}), made by OpsPortal.",
        f"The newest when this was printed: {artifact}",
        "",
        "1. You need: age, zstd, and the client of the database. On Debian:",
        "   apt install age zstd postgresql-client mariadb-client sqlite3 awscli",
        "2. Fetch the newest file and the .json beside it from one of:",
        *(f"   {place.fetched_by_hand(key)}" for place in places),
        "3. Compare its checksum with sha256 in the .json:",
        f"   sha256sum {shlex.quote(artifact)}",
        "4. Open it with the private key (here in the file KEY) of:",
        *(f"   {each}" for each in recipients),
        f"   {by_hand(type(source), source.by_hand, artifact, source.restored_name)}",
        *(
            f"   {by_hand(type(source), each, artifact, source.restored_name)}"
            for each in source.beside_by_hand
        ),
        "5. Compare the number of rows with census in the .json.",
        "",
        "With the portal at hand instead: manage.py restore NUMBER --to URL --identity KEY",
    ]
    return "\n".join(lines)


def by_hand(kind: type[Source], template: str, artifact: str, name: str) -> str:
    """Source's own words with the real names in them, as a shell reads them."""
    real = {"FILE": artifact, "NAME": name, "CREATE": kind.created_by(name)}
    return _PLACEHOLDER.sub(lambda found: shlex.quote(real[found[0]]), template)


def by_hand_of(source: Source, artifact: str) -> str:
    return by_hand(type(source), source.by_hand, artifact, source.restored_name)
