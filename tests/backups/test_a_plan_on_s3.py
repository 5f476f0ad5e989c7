"""A whole plan with a bucket as its destination."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from backups.destinations.s3 import S3
from backups.editing import save_plan
from backups.models import Plan
from backups.pruning import prune
from backups.queueing import queue
from backups.runner import run
from tests.backups.conftest import client_of
from tests.backups.plans import IDENTITY, NOW_MS, backed_up, shop


def in_bucket(tmp_path: Path, bucket: dict[str, Any]) -> Plan:
    plan = Plan(name="Shop", source_kind="sqlite", recipients=str(IDENTITY.to_public()))
    source = {"path": str(shop(tmp_path / "shop.sqlite3"))}
    save_plan(plan, source, [{"kind": "s3", **bucket}])
    return plan


@pytest.mark.django_db
def test_a_run_that_is_cancelled_half_way_leaves_no_part_there(
    tmp_path: Path, bucket: dict[str, Any]
) -> None:
    client = client_of(bucket)
    seen: list[Any] = []

    def is_asked() -> bool:
        """As soon as the upload has begun."""
        found = client.list_multipart_uploads(Bucket=bucket["bucket"]).get("Uploads", [])
        seen.extend(found)
        return bool(found)

    made = run(queue(in_bucket(tmp_path, bucket), "test", NOW_MS).pk, None, is_asked)
    assert made is not None
    assert (made.status, bool(seen)) == ("cancelled", True)
    assert "Uploads" not in client.list_multipart_uploads(Bucket=bucket["bucket"])
    assert list(S3(**bucket).listed("")) == []


@pytest.mark.django_db
def test_versions_and_locks_of_the_bucket_keep_what_retention_deletes(
    tmp_path: Path, bucket: dict[str, Any]
) -> None:
    client, locked = client_of(bucket), {**bucket, "bucket": f"{bucket['bucket']}-locked"}
    client.create_bucket(Bucket=locked["bucket"], ObjectLockEnabledForBucket=True)
    for_a_day = {"Mode": "COMPLIANCE", "Days": 1}
    client.put_object_lock_configuration(
        Bucket=locked["bucket"],
        ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": for_a_day},
        },
    )
    plan = in_bucket(tmp_path, locked)
    made = [backed_up(plan) for _ in range(2)]
    assert [each.status for each in made] == ["verified", "verified"], made[0].error
    now_ms = (made[1].started_ms or 0) + 1000
    plan.backups.filter(pk=made[0].pk).update(started_ms=now_ms - 30 * 86_400_000)
    assert prune(plan, now_ms) == [made[0]]
    place = S3(**locked)
    assert {each.key for each in place.listed("")} == {made[1].key, f"{made[1].key}.json"}
    kept = client.list_object_versions(Bucket=locked["bucket"])["Versions"]
    assert f"app/{made[0].key}" in {each["Key"] for each in kept}


@pytest.mark.django_db
def test_it_is_stored_there_proved_and_pruned(tmp_path: Path, bucket: dict[str, Any]) -> None:
    plan = Plan(name="Shop", source_kind="sqlite", recipients=str(IDENTITY.to_public()))
    source = {"path": str(shop(tmp_path / "shop.sqlite3"))}
    save_plan(plan, source, [{"kind": "s3", **bucket}])
    assert "s3cret" not in str(plan.destinations.get().settings)
    made = [backed_up(plan) for _ in range(2)]
    assert [each.status for each in made] == ["verified", "verified"], made[0].error
    place = S3(**bucket)
    assert len(list(place.listed(""))) == 4
    now_ms = (made[1].started_ms or 0) + 1000
    plan.backups.filter(pk=made[0].pk).update(started_ms=now_ms - 30 * 86_400_000)
    assert prune(plan, now_ms) == [made[0]]
    assert {each.key for each in place.listed("")} == {made[1].key, f"{made[1].key}.json"}
