"""What to print and keep: how a plan's backups are restored on a bare machine. No secret in it."""

from __future__ import annotations

from backups import keys
from backups.editing import destination_of, source_of
from backups.models import GOOD, Plan
from backups.naming import prefix

_NEWEST = "NEWEST-ARTIFACT"


def recovery_sheet(plan: Plan) -> str:
    """Raises SettingsError, UnreadableSecretError, and ValueError without a recovery key."""
    source = source_of(plan)
    newest = plan.backups.filter(status__in=GOOD).first()
    artifact = newest.key.rpartition("/")[2] if newest else f"{_NEWEST}.{source.suffix}.zst.age"
    places = [destination_of(row).place for row in plan.destinations.all()]
    recipients = keys.recipients_in(plan.recipients) or keys.recovery_recipients()
    lines = [
        f"How to restore {plan.name}",
        "",
        f"It is a backup of {source.place} ({source.label}), made by OpsPortal.",
        "",
        "1. You need: age, zstd, and the client of the database. On Debian:",
        "   apt install age zstd postgresql-client mariadb-client sqlite3",
        "2. Fetch the newest file and the .json beside it from one of:",
        *(f"   {place}/{prefix(plan)}" for place in places),
        "3. Compare its checksum with sha256 in the .json:",
        f"   sha256sum {artifact}",
        "4. Open it with the private key of:",
        *(f"   {each}" for each in recipients),
        f"   {source.by_hand.replace('FILE', artifact)}",
        "5. Compare the number of rows with census in the .json.",
        "",
        "With the portal at hand instead: manage.py restore NUMBER --to URL --identity KEY",
    ]
    return "\n".join(lines)
