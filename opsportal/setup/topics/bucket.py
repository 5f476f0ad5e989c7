"""A bucket for backups: something small is written there, read and deleted again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from backups.destinations.registry import build
from backups.editing import masked_place, save_plan
from backups.errors import BackupError
from backups.models import Plan, PlanDestination
from opsportal.setup.topics.base import Question, RefusedError, Topic

CONTENT = b"OpsPortal tries whether it may write here.\n"


class BucketTopic(Topic):
    title = "S3"
    questions = (
        Question("bucket", "Bucket for backups, its name alone"),
        Question("endpoint_url", "Endpoint (empty for Amazon)", is_optional=True),
        Question("region", "Region", is_optional=True),
        Question("access_key_id", "Access key (empty: the machine's role)", is_optional=True),
        Question("secret_access_key", "Secret access key", is_secret=True, is_optional=True),
    )

    def already(self) -> str:
        if _plan() is None:
            return "there is no plan that could use it; add one in the admin"
        row = PlanDestination.objects.filter(plan__enabled=True, kind="s3").first()
        return f"“{row.plan.name}” goes to a bucket; edit it in the admin" if row else ""

    def test(self, answers: Mapping[str, str]) -> str:
        destination = build("s3", _given(answers))
        key = f"opsportal-test/{uuid.uuid4().hex}"
        try:
            upload = destination.upload(key)
            try:
                upload.write(CONTENT)
                upload.commit()
            except BaseException:
                upload.abort()
                raise
            with destination.open(key) as stored:
                if stored.read() != CONTENT:
                    raise RefusedError("what was read is not what was written")
            destination.delete(key)
        except BackupError as error:
            raise RefusedError(str(error)) from None
        return f"written to {destination.place}, read and deleted again"

    def keep(self, answers: Mapping[str, str]) -> str:
        plan = _plan()
        if plan is None:
            raise RefusedError("the plan is gone")
        rows = plan.destinations.all()
        there = [{"kind": row.kind, **masked_place(row)} for row in rows]
        save_plan(plan, None, [*there, {"kind": "s3", **_given(answers)}])
        return f"“{plan.name}” goes to the bucket, too"


def _plan() -> Plan | None:
    return Plan.objects.filter(enabled=True).order_by("pk").first()


def _given(answers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in answers.items() if value}
