"""The guard of addresses for boto3, whose connections are urllib3's: each goes to the very address
that was checked, as the portal's own do."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from opsportal.lib.addresses import ForbiddenAddressError
from opsportal.lib.connections import Deadline, connect

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class _Guarded:
    """Connects in the place of urllib3, with its errors."""

    host: str
    port: int
    timeout: float
    socket_options: Any

    def _new_conn(self) -> socket.socket:
        this: Any = self
        try:
            connection, _ = connect(self.host, self.port, Deadline(self.timeout))
        except socket.gaierror as error:
            raise NameResolutionError(self.host, this, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(this, f"no connection in {self.timeout:g} s") from error
        except OSError as error:
            raise NewConnectionError(this, str(error)) from error
        connection.settimeout(self.timeout)
        for option in self.socket_options or ():
            connection.setsockopt(*option)
        return connection


class _Http(_Guarded, AWSHTTPConnection):  # type: ignore[misc]
    pass


class _Https(_Guarded, AWSHTTPSConnection):  # type: ignore[misc]
    pass


class _HttpPool(AWSHTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(AWSHTTPSConnectionPool):
    ConnectionCls = _Https


def guard(client: S3Client) -> None:
    """boto3 has no way to be told how to connect; the tests see that this one is not closed."""
    session: Any = client._endpoint.http_session  # type: ignore[attr-defined]
    session._pool_classes_by_scheme.update(http=_HttpPool, https=_HttpsPool)


def refusal_in(error: BaseException | None) -> str | None:
    """What the guard has said, somewhere behind an error of boto3."""
    while error is not None:
        if isinstance(error, ForbiddenAddressError):
            return str(error)
        error = error.__cause__ or error.__context__
    return None
