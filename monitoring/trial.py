"""A probe of settings that are not saved yet, for whoever is filling in the form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from monitoring.probes.base import Probe, Result, secret_names, settings_of
from monitoring.probes.failures import explain
from monitoring.runner.redaction import redacted, redacted_json, secret_texts

# Somebody waits for it, and it holds a thread of the web server.
TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Trial:
    """What the probe has found, without secrets."""

    result: Result
    message: str
    evidence: str


def try_probe(probe: Probe, given: Mapping[str, Any]) -> Trial:
    settings = {each.name: getattr(probe, each.name) for each in settings_of(type(probe))}
    secrets = secret_texts({**given, **settings}, secret_names(type(probe)))
    try:
        result = probe.probe(TIMEOUT_SECONDS)
    except Exception as error:
        result = explain(error, TIMEOUT_SECONDS)
    evidence = json.dumps(redacted_json(result.evidence, secrets), indent=2, ensure_ascii=False)
    return Trial(result, redacted(result.message, secrets), evidence if result.evidence else "")
