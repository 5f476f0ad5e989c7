"""A bucket as a destination: a real server that speaks S3, and one before it that misbehaves."""

from __future__ import annotations

import errno
import hashlib
import http.client
import os
import threading
import tracemalloc
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

from backups.destinations import s3_upload
from backups.destinations.registry import build
from backups.destinations.s3 import S3
from backups.errors import DestinationError
from backups.sources.base import Readable
from tests.running_portal import free_port

SECRET = "sesame-open-the-bucket"
MB = 1024 * 1024
Answer = tuple[int, str] | None
"""A status and the code of S3's error, or None to let it through."""
Rule = Callable[[str, str], Answer]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    yield "http://{}:{}".format(*moto.get_host_and_port())
    moto.stop()


def place(endpoint: str, bucket: str, prefix: str = "kept") -> S3:
    return S3(
        bucket=bucket,
        prefix=prefix,
        endpoint_url=endpoint,
        region="us-east-1",
        access_key_id="AKIATEST",
        secret_access_key=SECRET,
    )


@pytest.fixture
def bucket(server: str) -> str:
    """A new one."""
    name = f"backups-{uuid.uuid4().hex}"
    place(server, name)._client.create_bucket(Bucket=name)
    return name


def under_way(endpoint: str, bucket: str) -> list[str]:
    found = place(endpoint, bucket)._client.list_multipart_uploads(Bucket=bucket)
    return [each["Key"] for each in found.get("Uploads", [])]


def keys(endpoint: str, bucket: str) -> list[str]:
    return [each.key for each in place(endpoint, bucket, "").listed("")]


def put(where: S3, key: str, data: bytes) -> None:
    upload = where.upload(key)
    upload.write(data)
    upload.commit()


def all_of(body: Readable) -> bytes:
    return b"".join(iter(lambda: body.read(100_000), b""))


class Before(BaseHTTPRequestHandler):
    """Hands everything on to the real server but for what the rule answers itself."""

    protocol_version = "HTTP/1.1"
    server: Any

    def do_it(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = self.server.rule(self.command, self.path)
        if answer is None:
            return self.hand_on(self.server.altered(self.command, self.path, body))
        status, code = answer
        if code == "closed":
            self.hand_on(body, is_told=False)
            self.close_connection = True
            return None
        said = f"<Error><Code>{code}</Code><Message>no, {SECRET}</Message></Error>".encode()
        return self.answer(status, [("Content-Type", "application/xml")], said)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_it  # noqa: N815

    def hand_on(self, body: bytes, is_told: bool = True) -> None:
        behind = http.client.HTTPConnection(self.server.behind.removeprefix("http://"))
        behind.request(self.command, self.path, body, dict(self.headers))
        response = behind.getresponse()
        data = response.read()
        behind.close()
        if is_told:
            self.answer(response.status, response.getheaders(), data)

    def answer(self, status: int, headers: list[tuple[str, str]], data: bytes) -> None:
        self.send_response_only(status)
        own = {"connection", "transfer-encoding", "date", "server"}
        own |= set() if self.command == "HEAD" else {"content-length"}
        for name, value in headers:
            if name.lower() not in own:
                self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data[: self.server.most_bytes])
            self.close_connection = len(data) > self.server.most_bytes

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def misbehaving(
    behind: str,
    rule: Rule = lambda method, path: None,
    altered: Callable[[str, str, bytes], bytes] = lambda method, path, body: body,
    most_bytes: int = 2**40,
) -> Iterator[str]:
    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            pass

    with Server(("127.0.0.1", 0), Before) as server:
        server.rule = rule  # type: ignore[attr-defined]
        server.behind, server.altered = behind, altered  # type: ignore[attr-defined]
        server.most_bytes = most_bytes  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "bucket: this setting is required"),
        ({"bucket": "s3://kept"}, "bucket: must be its name alone"),
        ({"bucket": "kept", "endpoint_url": "minio:9000"}, "endpoint_url: must be written as"),
        ({"bucket": "kept", "endpoint_url": "http://a:b@minio"}, "without a user"),
        ({"bucket": "kept", "access_key_id": "AKIA"}, "both, or none"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        build("s3", settings)


def test_a_bucket_that_is_not_there_is_said(server: str) -> None:
    where = place(server, "none-of-that-name")
    doings: list[Callable[[], object]] = [
        lambda: where.upload("plan/a"),
        lambda: list(where.listed("")),
        lambda: where.delete("plan/a"),
        lambda: where.sweep("", 0),
        lambda: where.open("plan/a").__enter__(),
    ]
    for do in doings:
        with pytest.raises(DestinationError, match="there is no bucket none-of-that-name"):
            do()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("AccessDenied", "access denied to bucket kept: see what its policy allows"),
        ("InvalidAccessKeyId", "access denied to bucket kept: nobody has this access key"),
        ("SignatureDoesNotMatch", "the secret access key is wrong"),
        ("PermanentRedirect", "in another region"),
        ("SomethingNew", r"SomethingNew no, \*\*\*"),
    ],
)
def test_a_refusal_is_told_in_words_without_the_secret(server: str, code: str, words: str) -> None:
    with (
        misbehaving(server, lambda method, path: (403, code)) as endpoint,
        pytest.raises(DestinationError, match=words) as raised,
    ):
        place(endpoint, "kept").upload("plan/a")
    assert SECRET not in str(raised.value)
    assert SECRET not in repr(place(endpoint, "kept"))


def test_a_server_that_is_away_is_said() -> None:
    endpoint = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(DestinationError, match=f"cannot reach {endpoint}"):
        place(endpoint, "kept").upload("plan/a")


def test_an_upload_that_fails_at_its_third_part_leaves_nothing(server: str, bucket: str) -> None:
    def rule(method: str, path: str) -> Answer:
        return (403, "AccessDenied") if "partNumber=3" in path else None

    with misbehaving(server, rule) as endpoint:
        upload = place(endpoint, bucket).upload("plan/a")
        upload.write(bytes(16 * MB))
        assert under_way(server, bucket) == ["kept/plan/a"]
        with pytest.raises(DestinationError, match=r"cannot write plan/a: access denied"):
            upload.write(bytes(8 * MB))
        upload.abort()
        upload.abort()
    assert under_way(server, bucket) == keys(server, bucket) == []


def test_an_abort_never_fails(server: str, bucket: str) -> None:
    with misbehaving(server) as endpoint:
        upload = place(endpoint, bucket).upload("plan/a")
    upload.abort()


def test_a_part_that_arrives_altered_is_no_backup(server: str, bucket: str) -> None:
    def altered(method: str, path: str, body: bytes) -> bytes:
        return b"x" + body[1:] if "partNumber=1" in path else body

    with misbehaving(server, altered=altered) as endpoint:
        upload = place(endpoint, bucket).upload("plan/a")
        upload.write(b"one")
        with pytest.raises(DestinationError, match="is not what was sent"):
            upload.commit()
    assert keys(server, bucket) == []


def test_what_could_not_be_compared_does_not_keep_its_name(server: str, bucket: str) -> None:
    with misbehaving(server, lambda m, p: (403, "") if m == "HEAD" else None) as endpoint:
        upload = place(endpoint, bucket).upload("plan/a")
        with pytest.raises(DestinationError, match="access denied"):
            upload.commit()
        upload.abort()
    assert keys(server, bucket) == []


def test_a_commit_whose_answer_is_lost_is_found_to_be_done(server: str, bucket: str) -> None:
    def rule(method: str, path: str) -> Answer:
        return (0, "closed") if method == "POST" and "uploadId=" in path else None

    with misbehaving(server, rule) as endpoint:
        put(place(endpoint, bucket), "plan/a", b"one")
    assert keys(server, bucket) == ["kept/plan/a"]


def test_an_object_that_breaks_off_is_said(server: str, bucket: str) -> None:
    put(place(server, bucket), "plan/a", bytes(MB))
    with (
        misbehaving(server, most_bytes=MB // 2) as endpoint,
        place(endpoint, bucket).open("plan/a") as body,
        pytest.raises(DestinationError, match="cannot read plan/a"),
    ):
        all_of(body)


def test_an_object_that_is_not_there_is_said(server: str, bucket: str) -> None:
    with (
        pytest.raises(DestinationError, match="no such object"),
        place(server, bucket).open("plan/none"),
    ):
        pass


@pytest.mark.parametrize("key", ["../out", "/etc/passwd", "a/../../out", "a//b", ""])
def test_nothing_outside_of_its_prefix_is_touched(server: str, bucket: str, key: str) -> None:
    where = place(server, bucket)
    for do in (where.upload, where.delete):
        with pytest.raises(DestinationError, match="outside"):
            do(key)


def test_a_prefix_is_not_that_of_its_sibling(server: str, bucket: str) -> None:
    put(place(server, bucket, "app-web"), "plan/b", b"theirs")
    put(place(server, bucket, "/app/"), "plan/a", b"ours")
    put(place(server, bucket, "app"), "plan-b/a", b"ours too")
    ours = place(server, bucket, "app")
    assert [each.key for each in ours.listed("")] == ["plan-b/a", "plan/a"]
    assert [(each.key, each.size_bytes) for each in ours.listed("plan/")] == [("plan/a", 4)]
    ours.delete("plan/b")
    assert "app-web/plan/b" in keys(server, bucket)


def test_a_sweep_leaves_young_uploads_and_other_prefixes_alone(server: str, bucket: str) -> None:
    place(server, bucket, "app").upload("plan/a").write(b"half")
    place(server, bucket, "app").upload("plan-b/a")
    place(server, bucket, "app-web").upload("plan/a")
    where = place(server, bucket, "app")
    assert where.sweep("plan/", 0) == 0
    assert len(under_way(server, bucket)) == 3
    assert where.sweep("plan/", 2**42) == 1
    assert sorted(under_way(server, bucket)) == ["app-web/plan/a", "app/plan-b/a"]


def test_nothing_is_there_before_the_commit_and_all_after(server: str, bucket: str) -> None:
    data = os.urandom(20 * MB + 1)
    upload = place(server, bucket).upload("plan/ä b")
    for at in range(0, len(data), 3 * MB):
        upload.write(data[at : at + 3 * MB])
    assert keys(server, bucket) == []
    upload.commit()
    upload.abort()  # too late to harm it
    assert keys(server, bucket) == ["kept/plan/ä b"]
    with place(server, bucket).open("plan/ä b") as body:
        digest = hashlib.sha256()
        while piece := body.read(100_000):
            digest.update(piece)
    assert digest.digest() == hashlib.sha256(data).digest()
    assert under_way(server, bucket) == []


def test_an_empty_artifact_is_one_too(server: str, bucket: str) -> None:
    place(server, bucket).upload("plan/a").commit()
    with place(server, bucket).open("plan/a") as body:
        assert body.read() == b""


def test_what_is_gone_already_is_deleted(server: str, bucket: str) -> None:
    put(place(server, bucket), "plan/a", b"one")
    place(server, bucket).delete("plan/a")
    place(server, bucket).delete("plan/a")
    assert keys(server, bucket) == []


def test_parts_grow_so_that_they_suffice() -> None:
    largest, parts, total = 5 * 2**40, 0, 0
    while total < largest:
        total += s3_upload.part_bytes(parts)
        parts += 1
    assert parts < 9500
    assert s3_upload.part_bytes(parts) <= 5 * 2**30


def test_no_part_is_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_upload, "FIRST_PART_BYTES", 5 * MB)
    monkeypatch.setattr(s3_upload, "DOUBLES_AFTER_PARTS", 2)
    sizes: list[int] = []

    class Nowhere:
        """Only counts: the server of the tests is in this very process."""

        def create_multipart_upload(self, **_: Any) -> dict[str, str]:
            return {"UploadId": "1"}

        def upload_part(self, **given: Any) -> dict[str, str]:
            sizes.append(given["Body"].seek(0, os.SEEK_END))
            return {"ETag": "e"}

    upload = s3_upload.S3Upload(Nowhere(), "kept", "a", nullcontext)  # type: ignore[arg-type]
    piece = bytes(256 * 1024)
    tracemalloc.start()
    for _ in range(30 * 4):
        upload.write(piece)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [size // MB for size in sizes] == [5, 5, 10, 10]
    assert peak < MB


def test_a_full_disk_of_this_machine_is_said(
    server: str, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = place(server, bucket).upload("plan/a")

    class Full:
        def write(self, data: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        def close(self) -> None:
            pass

    assert isinstance(upload, s3_upload.S3Upload)
    monkeypatch.setattr(upload._part, "body", Full())
    with pytest.raises(DestinationError, match=r"cannot write plan/a: .*No space left on device"):
        upload.write(b"one")
    upload.abort()
    assert under_way(server, bucket) == []


def test_a_run_has_one_client_and_a_refused_one_is_made_anew(server: str, bucket: str) -> None:
    before = place(server, bucket)._client
    assert place(server, bucket)._client is before
    with pytest.raises(DestinationError), place(server, bucket).open("plan/none"):
        pass
    assert place(server, bucket)._client is not before
