"""DNS: what a name resolves to, asked of the system's resolver or of a chosen one."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address

import dns.exception
import dns.name
import dns.resolver

from monitoring.probes.base import Probe, Reason, Result, Status
from monitoring.probes.validation import complaints
from opsportal.lib.addresses import check_address
from opsportal.lib.connections import Deadline
from opsportal.lib.kinds import kind, setting


@kind
class Dns(Probe):
    name = "dns"
    label = "DNS"

    query: str = setting("Name", "Such as www.example.com")
    record_type: str = setting(
        "Record type",
        default="A",
        choices=("A", "AAAA", "CNAME", "MX", "NS", "TXT", "SOA", "PTR", "SRV", "CAA"),
    )
    expect: list[str] = setting(
        "Expected values", "One a line; all must be among the answers", default=[]
    )
    resolver: str = setting("Resolver", "An address; empty: the system's own", default="")
    resolver_port: int = setting("Resolver's port", default=53, minimum=1, maximum=65_535)

    def validate(self) -> Mapping[str, str]:
        checks = {
            "query": lambda: _check_name(self.query),
            "resolver": lambda: _check_resolver(self.resolver),
        }
        return dict(complaints(checks))

    def probe(self, timeout_seconds: float) -> Result:
        deadline = Deadline(timeout_seconds)
        resolver = dns.resolver.Resolver(configure=not self.resolver)
        if self.resolver:
            resolver.nameservers, resolver.port = [self.resolver], self.resolver_port
        for server in resolver.nameservers:
            check_address(str(server))
        resolver.cache = None
        try:
            answer = resolver.resolve(
                self.query, self.record_type, lifetime=timeout_seconds, search=False
            )
        except dns.resolver.NXDOMAIN:
            return _down(Reason.NAME, "the name does not exist", deadline)
        except dns.resolver.NoAnswer:
            return _down(Reason.MISMATCH, f"no {self.record_type} record", deadline)
        except dns.resolver.NoNameservers as error:
            return _down(Reason.PROTOCOL, _refusals(error), deadline)
        except dns.exception.Timeout:
            raise TimeoutError from None
        except dns.exception.DNSException as error:
            return _down(Reason.PROTOCOL, f"invalid answer ({type(error).__name__})", deadline)
        return self._judged([_text(record) for record in answer], deadline)

    def _judged(self, values: list[str], deadline: Deadline) -> Result:
        elapsed_ms = deadline.elapsed_ms
        phases_ms, evidence = {"dns": elapsed_ms}, {"answers": values[:50]}
        missing = [each for each in self.expect if each.strip().rstrip(".") not in values]
        if missing:
            message = f"{missing[0]} is not among {', '.join(values)[:200]}"
            return Result(Status.DOWN, Reason.MISMATCH, message, elapsed_ms, phases_ms, evidence)
        message = ", ".join(values)[:200]
        return Result(Status.UP, Reason.OK, message, elapsed_ms, phases_ms, evidence)


def _check_name(name: str) -> None:
    try:
        dns.name.from_text(name)
    except (dns.exception.DNSException, UnicodeError):
        raise ValueError("must be a domain name") from None


def _check_resolver(address: str) -> None:
    """ip_address raises ValueError with words of its own."""
    if address:
        ip_address(address)


def _down(reason: Reason, message: str, deadline: Deadline) -> Result:
    return Result(Status.DOWN, reason, message, deadline.elapsed_ms)


def _refusals(error: dns.resolver.NoNameservers) -> str:
    """What the servers answered instead: SERVFAIL, REFUSED or rubbish."""
    errors = error.kwargs.get("errors") or []
    words = ", ".join(dict.fromkeys(str(each[3]) for each in errors))
    return f"the resolver answers {words[:150]}" if words else "no resolver answers"


def _text(record: object) -> str:
    """As people write it: without the final dot and the quotes of TXT."""
    return str(record).strip('"').rstrip(".")
