"""An upload to S3 in parts: the object appears when they are put together."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING

from backups.destinations.base import Upload
from backups.destinations.s3_client import is_gone
from backups.errors import DestinationError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

FIRST_PART_BYTES = 8 * 1024 * 1024
# S3 takes 10 000 parts and 5 TB. Doubling from time to time reaches that with about 9 300 parts,
# and the part that is in memory stays small beside what has been sent.
DOUBLES_AFTER_PARTS = 1000

Telling = Callable[[], AbstractContextManager[None]]


def part_bytes(number: int) -> int:
    """Of the part that comes after so many."""
    return FIRST_PART_BYTES << (number // DOUBLES_AFTER_PARTS)


class Sent:
    """The parts of one upload that the server has, each compared with its checksum there."""

    def __init__(self, client: S3Client, bucket: str, key: str, upload_id: str = "") -> None:
        self._client, self._bucket, self._key = client, bucket, key
        self._id = (
            upload_id
            or client.create_multipart_upload(Bucket=bucket, Key=key, ChecksumAlgorithm="SHA256")[
                "UploadId"
            ]
        )
        self._parts: list[CompletedPartTypeDef] = []
        self._digests, self._size_bytes = hashlib.sha256(), 0

    def __len__(self) -> int:
        return len(self._parts)

    def send(self, part: bytearray) -> None:
        digest = hashlib.sha256(part).digest()
        number, checksum = len(self) + 1, base64.b64encode(digest).decode()
        answer = self._client.upload_part(
            Bucket=self._bucket,
            Key=self._key,
            UploadId=self._id,
            PartNumber=number,
            Body=part,  # type: ignore[arg-type]  # it takes them; bytes would be a copy
            ChecksumSHA256=checksum,
        )
        self._parts.append(
            {"PartNumber": number, "ETag": answer["ETag"], "ChecksumSHA256": checksum}
        )
        self._digests.update(digest)
        self._size_bytes += len(part)

    def complete(self) -> None:
        """An answer that is lost is no failure: what is there then decides."""
        try:
            self._client.complete_multipart_upload(
                Bucket=self._bucket,
                Key=self._key,
                UploadId=self._id,
                MultipartUpload={"Parts": self._parts},
            )
        except Exception:
            if not self._is_there():
                raise

    def is_whole(self) -> bool | None:
        """By its size and its checksum; None where the server knows no more than the size."""
        size_bytes, checksum = self._head()
        if size_bytes != self._size_bytes or checksum not in ("", self._checksum):
            return False
        return True if checksum else None

    def _is_there(self) -> bool:
        with suppress(Exception):
            return self._head() == (self._size_bytes, self._checksum)
        return False

    def _head(self) -> tuple[int, str]:
        found = self._client.head_object(Bucket=self._bucket, Key=self._key, ChecksumMode="ENABLED")
        return found["ContentLength"], found.get("ChecksumSHA256", "").partition("-")[0]

    @property
    def _checksum(self) -> str:
        """Of the parts' own, which is what S3 has of an object in parts."""
        return base64.b64encode(self._digests.digest()).decode()

    def remove(self) -> None:
        self._client.delete_object(Bucket=self._bucket, Key=self._key)

    def abort(self) -> None:
        with is_gone("NoSuchUpload"):
            self._client.abort_multipart_upload(
                Bucket=self._bucket, Key=self._key, UploadId=self._id
            )


class S3Upload(Upload):
    """At most one part is in memory."""

    def __init__(self, client: S3Client, bucket: str, key: str, told: Telling) -> None:
        self._told, self._buffer = told, bytearray()
        # It has its final name, and nobody has compared it yet.
        self._is_doubtful = False
        with told():
            self._sent = Sent(client, bucket, key)

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            room = part_bytes(len(self._sent)) - len(self._buffer)
            self._buffer += rest[:room]
            rest = rest[room:]
            if len(self._buffer) == part_bytes(len(self._sent)):
                self._send()

    def _send(self) -> None:
        part, self._buffer = self._buffer, bytearray()
        with self._told():
            self._sent.send(part)

    def commit(self) -> None:
        if self._buffer or not len(self._sent):
            self._send()
        with self._told():
            self._sent.complete()
            self._is_doubtful = True
            is_whole = self._sent.is_whole()
            self._is_doubtful, self.is_compared = is_whole is False, bool(is_whole)
        if self._is_doubtful:
            self.abort()
            raise DestinationError("what has arrived in the bucket is not what was sent; removed")

    def abort(self) -> None:
        self._buffer = bytearray()
        with suppress(Exception):
            self._sent.abort()
        if self._is_doubtful:
            with suppress(Exception):
                self._sent.remove()
