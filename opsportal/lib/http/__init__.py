"""The portal's one way to speak HTTP: bounded in time and size, guarded against forged requests."""

from opsportal.lib.http.multi import Multi, fetch
from opsportal.lib.http.request import MAX_BODY_BYTES, Failure, HttpError, Request, Response

__all__ = ["MAX_BODY_BYTES", "Failure", "HttpError", "Multi", "Request", "Response", "fetch"]
