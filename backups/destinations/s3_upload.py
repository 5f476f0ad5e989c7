"""An upload to S3 in parts: the object appears when they are put together."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from django.conf import settings

from backups.destinations.base import Upload
from backups.destinations.s3_client import is_gone
from backups.errors import DestinationError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

FIRST_PART_BYTES = 8 * 1024 * 1024
# S3 takes 10 000 parts and 5 TB. Doubling from time to time reaches that with about 9 300 parts,
# and the part that waits on this machine stays small beside what has been sent.
DOUBLES_AFTER_PARTS = 1000

Telling = Callable[[], AbstractContextManager[None]]


def part_bytes(number: int) -> int:
    """Of the part that comes after so many."""
    return FIRST_PART_BYTES << (number // DOUBLES_AFTER_PARTS)


class Part:
    """What is sent next. It is kept in a file that has no name, so that no memory is taken by what
    grows with the artifact, and nothing is left of it when the run is killed."""

    def __init__(self) -> None:
        directory = Path(settings.DATA_DIR) / "work"
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.body = TemporaryFile(dir=directory)  # noqa: SIM115  (closed with the upload)
        self._begun()

    def _begun(self) -> None:
        self.hash, self.size_bytes = hashlib.sha256(), 0

    def add(self, data: memoryview) -> None:
        self.body.write(data)
        self.hash.update(data)
        self.size_bytes += len(data)

    def anew(self) -> None:
        self.body.seek(0)
        self.body.truncate()
        self._begun()


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

    def send(self, part: Part) -> None:
        digest = part.hash.digest()
        number, checksum = len(self) + 1, base64.b64encode(digest).decode()
        part.body.seek(0)
        answer = self._client.upload_part(
            Bucket=self._bucket,
            Key=self._key,
            UploadId=self._id,
            PartNumber=number,
            Body=part.body,
            ChecksumSHA256=checksum,
        )
        self._parts.append(
            {"PartNumber": number, "ETag": answer["ETag"], "ChecksumSHA256": checksum}
        )
        self._digests.update(digest)
        self._size_bytes += part.size_bytes

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
    def __init__(self, client: S3Client, bucket: str, key: str, told: Telling) -> None:
        self._told = told
        # It has its final name, and nobody has compared it yet.
        self._is_doubtful = False
        with told():
            self._part = Part()
            self._sent = Sent(client, bucket, key)

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        with self._told():
            while rest:
                room = part_bytes(len(self._sent)) - self._part.size_bytes
                self._part.add(rest[:room])
                rest = rest[room:]
                if self._part.size_bytes == part_bytes(len(self._sent)):
                    self._send()

    def _send(self) -> None:
        self._sent.send(self._part)
        self._part.anew()

    def commit(self) -> None:
        with self._told():
            if self._part.size_bytes or not len(self._sent):
                self._send()
            self._sent.complete()
            self._is_doubtful = True
            is_whole = self._sent.is_whole()
            self._is_doubtful, self.is_compared = is_whole is False, bool(is_whole)
            self._part.body.close()
        if self._is_doubtful:
            self.abort()
            raise DestinationError("what has arrived in the bucket is not what was sent; removed")

    def abort(self) -> None:
        self._part.body.close()
        with suppress(Exception):
            self._sent.abort()
        if self._is_doubtful:
            with suppress(Exception):
                self._sent.remove()
