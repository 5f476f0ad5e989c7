"""A bucket of Amazon S3, or of any server that speaks as it does."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from backups.destinations.base import Destination, Stored, Upload
from backups.destinations.s3_client import client_of, explained, is_gone
from backups.destinations.s3_upload import S3Upload, Sent, Telling
from backups.errors import DestinationError
from backups.sources.base import Readable
from opsportal.lib.kinds import kind, setting

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from mypy_boto3_s3 import S3Client

_BUCKET = re.compile(r"[A-Za-z0-9._-]{3,255}", re.ASCII)


@kind
class S3(Destination):
    name = "s3"
    label = "S3"

    bucket: str = setting("Bucket")
    prefix: str = setting("Prefix", "Everything is kept below it, such as backups/shop", default="")
    endpoint_url: str = setting("Endpoint", "Empty for Amazon; https://… of others", default="")
    region: str = setting("Region", default="")
    access_key_id: str = setting(
        "Access key", "Empty: AWS_ACCESS_KEY_ID, or the machine's role", default=""
    )
    secret_access_key: str = setting("Secret access key", default="", secret=True)

    def validate(self) -> dict[str, str]:
        if not _BUCKET.fullmatch(self.bucket):
            return {"bucket": "must be its name alone: letters, digits, dots, hyphens"}
        if not re.fullmatch(r"(https?://[^/@\s]+/?)?", self.endpoint_url):
            return {"endpoint_url": "must be written as https://HOST, without a user and a path"}
        if bool(self.access_key_id) != bool(self.secret_access_key):
            return {"secret_access_key": "goes with the access key: both, or none"}
        return {}

    @property
    def place(self) -> str:
        where = f"s3://{self.bucket}/{self._root}".rstrip("/")
        return f"{where} at {self.endpoint_url}" if self.endpoint_url else where

    def fetched_by_hand(self, key: str) -> str:
        where = f" --endpoint-url {shlex.quote(self.endpoint_url)}" if self.endpoint_url else ""
        names = (shlex.quote(f"s3://{self.bucket}/{self._root}{key}{end}") for end in ("", ".json"))
        return " && ".join(f"aws s3 cp{where} {name} ." for name in names)

    def upload(self, key: str) -> Upload:
        told = self._telling(f"cannot write {key}")
        return S3Upload(self._client, self.bucket, self._key(key), told)

    @contextmanager
    def open(self, key: str) -> Iterator[Readable]:
        told = self._telling(f"cannot read {key}")
        with told():
            body = self._client.get_object(Bucket=self.bucket, Key=self._key(key))["Body"]
        with closing(body):
            yield S3Body(body, told)

    def delete(self, key: str) -> None:
        with self._telling(f"cannot delete {key}")(), is_gone("NoSuchKey"):
            self._client.delete_object(Bucket=self.bucket, Key=self._key(key))

    def listed(self, prefix: str) -> Iterable[Stored]:
        pages = self._client.get_paginator("list_objects_v2")
        within = self._root + prefix
        with self._telling("cannot list what is there")():
            for page in pages.paginate(Bucket=self.bucket, Prefix=within):
                for each in page.get("Contents", []):
                    # A "directory" that a web console has made is no artifact.
                    if each["Key"].startswith(within) and not each["Key"].endswith("/"):
                        moment_ms = int(each["LastModified"].timestamp() * 1000)
                        yield Stored(each["Key"][len(self._root) :], each["Size"], moment_ms)

    def sweep(self, prefix: str, before_ms: int) -> int:
        pages = self._client.get_paginator("list_multipart_uploads")
        within, swept = self._root + prefix, 0
        with self._telling("cannot clean up")():
            for page in pages.paginate(Bucket=self.bucket, Prefix=within):
                for each in page.get("Uploads", []):
                    began_ms = each["Initiated"].timestamp() * 1000
                    # Not every server heeds the prefix.
                    if each["Key"].startswith(within) and began_ms < before_ms:
                        Sent(self._client, self.bucket, each["Key"], each["UploadId"]).abort()
                        swept += 1
        return swept

    @property
    def _root(self) -> str:
        """With a slash at its end: "app" is no part of "app-web"."""
        prefix = self.prefix.strip("/")
        return f"{prefix}/" if prefix else ""

    def _key(self, key: str) -> str:
        """S3 knows no "..", but servers that keep their objects in directories may."""
        if {"", ".", ".."} & set(key.split("/")):
            raise DestinationError(f"{key} lies outside of {self.place}")
        return self._root + key

    @cached_property
    def _client(self) -> S3Client:
        with self._telling("cannot connect")():
            given = {
                "access_key": self.access_key_id,
                "secret_key": self.secret_access_key,
                "endpoint_url": self.endpoint_url,
                "region_name": self.region,
            }
            return client_of(self.bucket, given)

    def _telling(self, what: str) -> Telling:
        def told() -> AbstractContextManager[None]:
            secrets = (self.secret_access_key, self.access_key_id)
            return explained(what, self.bucket, self.endpoint_url, *secrets)

        return told


class S3Body:
    """Read in pieces from the network."""

    def __init__(self, body: StreamingBody, told: Telling) -> None:
        self._body, self._told = body, told

    def read(self, size: int = -1, /) -> bytes:
        with self._told():
            return self._body.read(size if size >= 0 else None)
