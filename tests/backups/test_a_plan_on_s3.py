"""A whole plan with a bucket as its destination."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from backups.destinations.s3 import S3
from backups.editing import save_plan
from backups.models import Plan
from backups.pruning import prune
from tests.backups.plans import IDENTITY, backed_up, shop


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
