"""An exception of a probe as a result with a reason that a person understands."""

from __future__ import annotations

import errno
import socket
import ssl

from monitoring.probes.base import Reason, Result, Status
from opsportal.lib.addresses import ForbiddenAddressError

_ERRNOS = {
    errno.ENETUNREACH: Reason.UNREACHABLE,
    errno.EHOSTUNREACH: Reason.UNREACHABLE,
    errno.ETIMEDOUT: Reason.TIMEOUT,
    errno.ECONNREFUSED: Reason.REFUSED,
}


def explain(error: Exception, timeout_seconds: float) -> Result:
    """Down in every case: what a probe itself could judge it does not raise."""
    reason = reason_of(error)
    return Result(Status.DOWN, reason, _message(error, reason, timeout_seconds))


def reason_of(error: Exception) -> Reason:
    match error:
        case ForbiddenAddressError():
            return Reason.FORBIDDEN
        case TimeoutError():
            return Reason.TIMEOUT
        case socket.gaierror():
            return Reason.NAME
        case ssl.SSLCertVerificationError():
            return Reason.CERTIFICATE
        case ssl.SSLEOFError() | ConnectionResetError() | BrokenPipeError() | EOFError():
            return Reason.CLOSED
        case ssl.SSLError():
            return Reason.PROTOCOL
        case OSError():
            return _ERRNOS.get(error.errno or 0, Reason.UNREACHABLE)
    return Reason.INTERNAL


def _message(error: Exception, reason: Reason, timeout_seconds: float) -> str:
    match reason:
        case Reason.TIMEOUT:
            return f"no answer within {timeout_seconds:g} s"
        case Reason.NAME:
            return "the host name does not resolve"
        case Reason.REFUSED:
            return "connection refused"
        case Reason.CLOSED:
            return "the server closed the connection"
        case Reason.CERTIFICATE:
            return f"certificate not trusted: {getattr(error, 'verify_message', '') or error}"
        case Reason.INTERNAL:
            # The words of an unforeseen exception may hold a secret; its type does not.
            return f"the probe itself failed ({type(error).__name__})"
    return getattr(error, "strerror", None) or str(error) or reason.value
