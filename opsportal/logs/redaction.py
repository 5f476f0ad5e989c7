"""Takes secrets out of a line, and says of which type each was."""

from __future__ import annotations

import re

# From the particular to the general: the first that fits names it.
_TYPES: tuple[tuple[str, str], ...] = (
    ("private key", r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"),
    ("age key", r"AGE-SECRET-KEY-1[0-9A-Z]+"),
    ("API token", r"\bops_[A-Za-z0-9_-]{20,}"),
    ("Slack address", r"https://hooks\.slack\.com/[^\s\"'<>]+"),
    ("Slack token", r"\bxox[a-z]-[A-Za-z0-9-]{10,}"),
    ("AWS key", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    ("JSON web token", r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"),
)
_NAMED = re.compile(
    "|".join(f"(?P<t{number}>{pattern})" for number, (_, pattern) in enumerate(_TYPES)), re.DOTALL
)
# What stands before the secret stays.
_BEFORE = (
    ("password", re.compile(r"(://[^/@\s:\"']*:)(?!\*)[^@/\s\"']+(?=@)")),
    ("credentials", re.compile(r"(?i)(\b(?:bearer|basic|token)\s+)(?!\[)[A-Za-z0-9._~+/=-]{12,}")),
    (
        "secret",
        re.compile(
            r"(?i)([\w-]*(?:password|passwd|secret|api[_-]?key|access[_-]?key|token)[\"']?\s*[=:]\s*"
            r"[\"']?)(?![\[(*\s]|none\b|null\b)[^\s\"',;&}]{4,}"
        ),
    ),
)


def redacted(text: str) -> str:
    text = _NAMED.sub(_name, text)
    for kind, pattern in _BEFORE:
        text = pattern.sub(rf"\1[{kind}]", text)
    return text


def _name(found: re.Match[str]) -> str:
    assert found.lastgroup is not None  # noqa: S101  (one of them has matched)
    return f"[{_TYPES[int(found.lastgroup[1:])][0]}]"
