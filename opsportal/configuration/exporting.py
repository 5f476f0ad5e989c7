"""What is set, as a document."""

from __future__ import annotations

from opsportal.configuration.document import Document, written
from opsportal.configuration.references import variables_in
from opsportal.configuration.registry import SECTIONS

_HEADING = "The configuration of OpsPortal. To put it into force: manage.py apply FILE"


def exported() -> Document:
    return {
        name: {key: section.shown(row) for key, row in section.rows.items()}
        for name, section in SECTIONS.items()
    }


def export_text() -> str:
    document = exported()
    variables = sorted(set(variables_in(document)))
    lines = [_HEADING]
    if variables:
        lines += ["Secrets are not in it. Where they are not stored already, set these variables:"]
        lines += [f"  {name}" for name in variables]
    return written(document, "\n".join(lines))
