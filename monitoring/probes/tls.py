"""TLS: whether a certificate is to be trusted, and for how long."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography import x509

from monitoring.probes.base import Probe, Reading, Reason, Result, Status
from monitoring.probes.starttls import PROTOCOLS, negotiate
from monitoring.probes.validation import check_certificates, check_host, complaints
from opsportal.lib.connections import Deadline, connect
from opsportal.lib.kinds import kind, setting

_VERSIONS = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}
_DAY_SECONDS = 86_400


@kind
class Tls(Probe):
    name = "tls"
    label = "TLS certificate"

    host: str = setting("Host")
    port: int = setting("Port", default=443, minimum=1, maximum=65_535)
    starttls: str = setting("STARTTLS", default="", choices=("", *PROTOCOLS))
    server_name: str = setting("Server name", "Where it is not the host's", default="")
    warn_days: int = setting("Warn days", "Degraded when it expires sooner", default=14, minimum=0)
    minimum_version: str = setting("Oldest protocol", default="TLSv1.2", choices=tuple(_VERSIONS))
    ca_certificate: str = setting(
        "Authority", "Its certificate in PEM, where it is your own", default="", multiline=True
    )

    def validate(self) -> Mapping[str, str]:
        return dict(
            complaints(
                {
                    "host": lambda: check_host(self.host),
                    "ca_certificate": lambda: check_certificates(self.ca_certificate),
                }
            )
        )

    def probe(self, timeout_seconds: float) -> Result:
        deadline = Deadline(timeout_seconds)
        try:
            seen, phases_ms = self._look(deadline, verify=True)
        except ssl.SSLCertVerificationError as error:
            # Once more without trust: what is wrong with it can only be said of one that was seen.
            seen, phases_ms = self._look(deadline, verify=False)
            message = f"certificate not trusted: {error.verify_message or error.reason}"
            return self._result(Status.DOWN, Reason.CERTIFICATE, message, seen, phases_ms)
        except ssl.SSLError as error:
            if "PROTOCOL_VERSION" in str(error.reason) or "UNSUPPORTED_PROTOCOL" in str(
                error.reason
            ):
                message = f"the server does not speak {self.minimum_version} or later"
                return Result(Status.DOWN, Reason.PROTOCOL, message)
            raise
        if seen["days"] < self.warn_days:
            message = f"expires in {seen['days']:.0f} days, on {seen['until']:%-d %B %Y}"
            return self._result(Status.DEGRADED, Reason.EXPIRING, message, seen, phases_ms)
        message = f"valid until {seen['until']:%-d %B %Y} ({seen['days']:.0f} days)"
        return self._result(Status.UP, Reason.OK, message, seen, phases_ms)

    def _look(self, deadline: Deadline, *, verify: bool) -> tuple[dict[str, Any], dict[str, float]]:
        connection, phases_ms = connect(self.host, self.port, deadline)
        with connection:
            if self.starttls:
                negotiate(connection, self.starttls, deadline)
            before_ms = deadline.elapsed_ms
            connection.settimeout(deadline.remaining_seconds())
            name = self.server_name or self.host
            with self._context(verify).wrap_socket(connection, server_hostname=name) as secured:
                phases_ms["tls"] = deadline.elapsed_ms - before_ms
                return _seen(secured), phases_ms

    def _context(self, verify: bool) -> ssl.SSLContext:
        context = ssl.create_default_context(cadata=self.ca_certificate or None)
        context.minimum_version = _VERSIONS[self.minimum_version]
        if not verify:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context

    def _result(
        self,
        status: Status,
        reason: Reason,
        message: str,
        seen: dict[str, Any],
        phases_ms: dict[str, float],
    ) -> Result:
        return Result(
            status,
            reason,
            message,
            sum(phases_ms.values()),
            phases_ms,
            seen["evidence"],
            [Reading("tls_days_remaining", seen["days"])],
        )


def _seen(secured: ssl.SSLSocket) -> dict[str, Any]:
    der = secured.getpeercert(binary_form=True)
    if der is None:
        raise ssl.SSLError("the server has no certificate")
    found = x509.load_der_x509_certificate(der)
    until = found.not_valid_after_utc
    cipher = secured.cipher()
    return {
        "until": until,
        "days": (until - datetime.now(UTC)).total_seconds() / _DAY_SECONDS,
        "evidence": {
            "subject": found.subject.rfc4514_string(),
            "issuer": found.issuer.rfc4514_string(),
            "names": _names(found)[:50],
            "valid_from": found.not_valid_before_utc.isoformat(),
            "valid_until": until.isoformat(),
            "protocol": secured.version(),
            "cipher": cipher[0] if cipher else None,
        },
    }


def _names(found: x509.Certificate) -> list[str]:
    try:
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [str(each.value) for each in names]
