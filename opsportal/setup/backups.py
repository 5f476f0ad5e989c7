"""The recovery key and the default plan: created once, never overwritten afterwards."""

from django.conf import settings

from backups.defaults import make_defaults
from opsportal.lib.kinds import SettingsError
from opsportal.setup.step import Outcome, Report, SetupError


def make_backups() -> Report:
    given = {
        "bucket": settings.BACKUP_S3_BUCKET,
        "endpoint_url": settings.AWS_S3_ENDPOINT_URL,
        "region": settings.AWS_REGION,
        "access_key_id": settings.AWS_ACCESS_KEY_ID,
        "secret_access_key": settings.AWS_SECRET_ACCESS_KEY,
    }
    s3 = {name: value for name, value in given.items() if value} if given["bucket"] else {}
    try:
        made = make_defaults(settings.DATA_DIR / "backups", s3)
    except SettingsError as error:
        raise SetupError(f"BACKUP_S3_BUCKET or AWS_… cannot be used: {error}") from None
    if not made:
        return Report(Outcome.ALREADY, "recovery key and backup plan")
    return Report(Outcome.DONE, f"backups ({', '.join(made)})")
