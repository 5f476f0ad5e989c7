"""Places and databases that several tests of backups use."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import psycopg
import pytest
from moto.server import ThreadedMotoServer
from psycopg import sql
from psycopg.conninfo import make_conninfo

from backups import leasing

SETTINGS: dict[str, Any] = {
    "prefix": "app",
    "access_key_id": "key",
    "secret_access_key": "s3cret",
    "region": "us-east-1",
}


@pytest.fixture(autouse=True)
def _leases_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever renews a lease has a connection of its own, which does not see what a test has not
    committed, and waits for it: on a slow machine that would look like a cancelled run."""
    monkeypatch.setattr(leasing, "RENEW_SECONDS", 3600.0)


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
    client_of(settings).create_bucket(Bucket=settings["bucket"])
    yield settings
    server.stop()


def client_of(bucket: dict[str, Any]) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=bucket["endpoint_url"],
        region_name=bucket["region"],
        aws_access_key_id=bucket["access_key_id"],
        aws_secret_access_key=bucket["secret_access_key"],
    )


@pytest.fixture
def empty_postgresql(postgresql_url: str) -> Iterator[str]:
    """The URL of a database of its own, with a name that has to be quoted."""
    name = f"shop {uuid.uuid4().hex[:10]} \"ü'"
    with psycopg.connect(postgresql_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield make_conninfo(postgresql_url, dbname=name)
    with psycopg.connect(postgresql_url, autocommit=True) as server:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        server.execute(drop.format(sql.Identifier(name)))
