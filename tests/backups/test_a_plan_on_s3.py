"""A whole plan with a bucket as its destination."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from backups.destinations.s3 import S3
from backups.editing import save_plan
from backups.models import Plan
from backups.pruning import prune
from tests.backups.plans import IDENTITY, backed_up, shop

SETTINGS: dict[str, Any] = {
    "prefix": "app",
    "access_key_id": "key",
    "secret_access_key": "s3cret",
    "region": "us-east-1",
}


@pytest.fixture
def bucket() -> Iterator[dict[str, Any]]:
    """The settings of one."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    settings = {
        **SETTINGS,
        "bucket": f"backups-{uuid.uuid4().hex}",
        "endpoint_url": f"http://{host}:{port}",
    }
    client = boto3.client(
        "s3",
        endpoint_url=settings["endpoint_url"],
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="s3cret",
    )
    client.create_bucket(Bucket=settings["bucket"])
    yield settings
    server.stop()


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
