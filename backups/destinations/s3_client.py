"""How S3 is reached, and what becomes of its errors. boto3 takes 30 MB: it is imported when it is
needed, not by every worker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from backups.errors import DestinationError, GoneError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CONNECT_TIMEOUT_SECONDS = 10
READ_TIMEOUT_SECONDS = 60
# With the first.
TRIES = 3
MOST_WORDS = 300

_DENIED = "access denied to bucket {bucket}: see what its policy allows this access key"
_REGION = "bucket {bucket} is in another region: enter that in the settings"
_BUSY = "the service of bucket {bucket} is overloaded or out of order; a later run tries again"
_WORDS = {
    "NoSuchBucket": "there is no bucket {bucket}",
    "NoSuchKey": "there is no such object in bucket {bucket}",
    "404": "there is no such object in bucket {bucket}",
    "NoSuchUpload": "the upload to bucket {bucket} was ended by somebody else",
    "AccessDenied": _DENIED,
    "AllAccessDisabled": _DENIED,
    "403": _DENIED,
    "InvalidAccessKeyId": "access denied to bucket {bucket}: nobody has this access key",
    "SignatureDoesNotMatch": "access denied to bucket {bucket}: the secret access key is wrong",
    "ExpiredToken": "access denied to bucket {bucket}: the credentials have expired",
    "RequestTimeTooSkewed": "access denied to bucket {bucket}: this machine's clock is wrong",
    "PermanentRedirect": _REGION,
    "AuthorizationHeaderMalformed": _REGION,
    "301": _REGION,
    "BadDigest": "what has arrived in bucket {bucket} is not what was sent",
    "SlowDown": _BUSY,
    "InternalError": _BUSY,
    "ServiceUnavailable": _BUSY,
    "503": _BUSY,
}


def client_of(bucket: str, given: Mapping[str, str]) -> S3Client:
    """`given` are django-storages' names. What is not there it takes from the portal's own
    settings, and boto3 from AWS_* or from the machine's role."""
    return _made(bucket, tuple(sorted((name, value) for name, value in given.items() if value)))


@lru_cache(maxsize=2)
def _made(bucket: str, given: tuple[tuple[str, str], ...]) -> S3Client:
    """A run asks for it several times, and each takes 15 MB: Amazon's description of its API."""
    from botocore.config import Config
    from storages.backends.s3 import S3Storage

    from backups.destinations.s3_guard import guard
    from backups.destinations.s3_session import session_of

    config = Config(
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        read_timeout=READ_TIMEOUT_SECONDS,
        retries={"total_max_attempts": TRIES, "mode": "standard"},
        # Ours are explicit; those that boto3 adds by itself not every compatible server knows.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    # A session's token or a profile from the environment belong to other keys than these.
    own: dict[str, Any] = {"security_token": None, "session_profile": None}
    storage = S3Storage(
        bucket_name=bucket,
        client_config=config,
        **dict(given),
        **(own if dict(given).get("access_key") else {}),
    )
    storage.endpoint_url = storage.endpoint_url or None
    storage.region_name = storage.region_name or None
    client: S3Client = session_of(storage).client(
        "s3",
        region_name=storage.region_name,
        use_ssl=storage.use_ssl,
        endpoint_url=storage.endpoint_url,
        config=storage.client_config,
        verify=storage.verify,
    )
    guard(client)
    return client


@contextmanager
def explained(what: str, bucket: str, endpoint: str, *secrets: str) -> Iterator[None]:
    """What goes wrong within it is a DestinationError, whose words have none of the secrets."""
    from botocore.exceptions import BotoCoreError, ClientError
    from urllib3.exceptions import HTTPError

    kind: type[DestinationError] = DestinationError
    try:
        yield
    except ClientError as error:
        # Whoever was refused may find that keys have been exchanged meanwhile.
        _made.cache_clear()
        said = error.response.get("Error", {})
        words, kind = _of_service(said, bucket), _kind_of(said)
    except (BotoCoreError, HTTPError, OSError) as error:
        words = _of_the_way(error, endpoint or "Amazon S3")
    else:
        return
    for secret in filter(None, secrets):
        words = words.replace(secret, "***")
    raise kind(f"{what}: {words}")


def _kind_of(error: Mapping[str, Any]) -> type[DestinationError]:
    return GoneError if error.get("Code") in ("NoSuchKey", "404") else DestinationError


def _of_service(error: Mapping[str, Any], bucket: str) -> str:
    code, said = str(error.get("Code", "")), " ".join(str(error.get("Message", "")).split())
    known = _WORDS.get(code)
    return known.format(bucket=bucket) if known else f"{code} {said}"[:MOST_WORDS]


def _of_the_way(error: Exception, endpoint: str) -> str:
    from botocore import exceptions

    from backups.destinations.s3_guard import refusal_in

    refusal = refusal_in(error)
    if refusal:
        return f"{endpoint} is not asked: {refusal}"
    if isinstance(error, exceptions.NoCredentialsError):
        return "there are no credentials: enter an access key, or set AWS_ACCESS_KEY_ID"
    if isinstance(error, (exceptions.ConnectionError, exceptions.HTTPClientError)):
        return f"cannot reach {endpoint}, or it has stopped answering ({type(error).__name__})"
    return " ".join(str(error).split())[:MOST_WORDS] or type(error).__name__


@contextmanager
def is_gone(code: str) -> Iterator[None]:
    """An error that says no more than that is none."""
    from botocore.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != code:
            raise
