"""The portal's one way to speak HTTP: bounded in time and size, guarded against forged requests."""

from opsportal.lib.http.multi import Multi, fetch
from opsportal.lib.http.request import Failure, HttpError, Request, Response

__all__ = ["Failure", "HttpError", "Multi", "Request", "Response", "fetch"]
