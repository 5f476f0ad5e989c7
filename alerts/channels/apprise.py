"""Apprise: a hundred other services, by an address that names the service and its credentials."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from alerts.channels import base
from alerts.channels.apprise_text import written
from alerts.channels.base import ChannelKind, PermanentError, Receipt, TemporaryError
from alerts.channels.secrecy import safe
from alerts.message import Message
from opsportal.lib.addresses import ForbiddenAddressError
from opsportal.lib.connections import Deadline, resolve
from opsportal.lib.kinds import kind, setting

if TYPE_CHECKING:
    # Its import takes half a second, which only who has such a channel pays.
    import apprise

# They show the message on the portal's own host, where nobody sits.
_LOCAL = frozenset({"blink1", "dbus", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows"})
# They name files on the portal's host, whose content would be sent.
_FILES = frozenset({"keyfile", "template"})
_HTTPS_PORT = 443


@kind
class Apprise(ChannelKind):
    name = "apprise"
    label = "Apprise"

    url: str = setting(
        "URL", "Such as tgram://TOKEN/CHAT, as Apprise's manual gives it", secret=True
    )

    def validate(self) -> Mapping[str, str]:
        words = _refusal(self.url)
        return {"url": words} if words else {}

    def send(self, message: Message) -> Receipt:
        service = _service(self.url)
        if service is None:
            raise PermanentError("Apprise does not know this address")
        _check_address(service[0])
        reasons: list[str] = []
        title, text = written(message, service[0])
        result = service.notify(
            title=title,
            body=text,
            # Else a service that shows HTML or Markdown would take names for its own.
            body_format=_plain(),
            notify_type=_type(message),
            timeout=base.TIMEOUT_SECONDS,
            log_callback=lambda entry, _: reasons.append(_reason(entry, self.url)),
        )
        if not result:
            raise TemporaryError(reasons[-1] if reasons else "the service did not take it")
        return Receipt(reasons[-1] if reasons else "taken")


def _service(url: str) -> apprise.Apprise | None:
    """None for an address that Apprise does not know."""
    import apprise

    asset = apprise.AppriseAsset(
        app_id="OpsPortal",
        app_desc="OpsPortal",
        async_mode=False,
        http_redirects=False,  # the guard sees only the first address
        storage_mode=apprise.PersistentStoreMode.MEMORY,
    )
    service = apprise.Apprise(asset=asset)
    known = service.add(url)
    if not known or len(service) != 1:
        return None
    for each in service:
        # Half for the connection and half for the answer: a thread of Apprise's own waits for
        # them, and nothing else would end it.
        half_seconds = base.TIMEOUT_SECONDS / 2
        each.socket_connect_timeout = min(each.socket_connect_timeout, half_seconds)
        each.socket_read_timeout = min(each.socket_read_timeout, half_seconds)
        if each.overflow_mode == apprise.OverflowMode.UPSTREAM:
            # What is too long the service would refuse altogether.
            each.overflow_mode = apprise.OverflowMode.TRUNCATE
    return service


def _refusal(url: str) -> str | None:
    from apprise import Apprise as Library

    if not url.isprintable() or "://" not in url:
        return "must be an address such as tgram://TOKEN/CHAT"
    if url.partition("://")[0].lower() in _LOCAL:
        return "tells only the portal's own host"
    found = Library.instantiate(url, suppress_exceptions=True)
    if found is None or _service(url) is None:
        return "Apprise does not know this address"
    if any(f"{name}=" in url.lower() for name in _FILES):
        return f"must not name files: {', '.join(sorted(_FILES))}"
    return None


def _check_address(plugin: Any) -> None:
    """Raises DeliveryError. Of services in the cloud the "host" is a token, not to be asked for."""
    if not any("{host}" in str(each) for each in plugin.templates) or not plugin.host:
        return
    try:
        deadline = Deadline(base.TIMEOUT_SECONDS)
        resolve(str(plugin.host), int(plugin.port or _HTTPS_PORT), deadline)
    except ForbiddenAddressError as error:
        raise PermanentError(str(error)) from None
    except socket.gaierror:
        raise TemporaryError("the host name does not resolve") from None
    except TimeoutError:
        raise TemporaryError("no answer in time") from None


def _plain() -> Any:
    from apprise import NotifyFormat

    return NotifyFormat.TEXT


def _type(message: Message) -> Any:
    from apprise import NotifyType

    if message.status == "resolved":
        return NotifyType.SUCCESS
    types = {"info": NotifyType.INFO, "warning": NotifyType.WARNING}
    return types.get(message.severity, NotifyType.FAILURE)


def _reason(entry: Any, url: str) -> str:
    return safe(str(entry.message), url)
