"""What the OpenAPI schema is told beyond what the views say; named in SPECTACULAR_SETTINGS."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

# What is sent, as somebody would for a first try. The page of the API shows them.
_CHECK = {
    "name": "Tradier",
    "kind": "http",
    "settings": {"url": "https://api.example.com/clock"},
    "interval_seconds": 60,
}
EXAMPLES: dict[str, dict[str, Any]] = {
    "Check": _CHECK,
    "WholeCheck": _CHECK,
    "Threshold": {"name": "Busy", "metric": "cpu_percent", "comparison": ">", "value": 90},
    "Channel": {
        "name": "On call",
        "kind": "webhook",
        "settings": {"url": "https://hooks.example.com/ops"},
    },
    "Plan": {
        "name": "Shop",
        "source": {"kind": "postgresql", "url": "postgresql://app@db-1/shop"},
        "destinations": [{"kind": "local", "path": "/srv/backups"}],
        "cron": "0 2 * * *",
    },
    "Silence": {
        "matchers": "host=db-1",
        "comment": "New disks",
    },
    "Annotation": {"kind": "deployment", "text": "Deploy 4f2c1e", "tags": ["shop"]},
    "Points": {
        "points": [
            {"metric": "cpu_percent", "labels": {"host": "a"}, "time": 1795428000, "value": 1.5}
        ]
    },
    "PatchedWholeCheck": {"enabled": False},
    "PatchedThreshold": {"value": 95},
    "PatchedChannel": {"enabled": False},
    "PatchedPlan": {"keep_days": 14},
    "PatchedAnnotation": {"text": "Deploy 4f2c1e, rolled back"},
}

Endpoint = tuple[str, str, str, Any]


def without_trailing_slash(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Every address answers in both forms; the schema tells of the one in the contract."""
    return [(path.rstrip("/"), *rest) for path, *rest in endpoints]


def with_examples(result: Any, generator: Any, request: Any, public: bool) -> Any:
    for name, example in examples(datetime.now(UTC)).items():
        result["components"]["schemas"][name]["examples"] = [example]
    return result


def examples(now: datetime) -> dict[str, dict[str, Any]]:
    """A silence is refused when it has ended, or ends in years: this one is until tomorrow."""
    tomorrow = f"{now + timedelta(days=1):%Y-%m-%d}T06:00:00Z"
    return {**EXAMPLES, "Silence": {**EXAMPLES["Silence"], "ends_at": tomorrow}}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "opsportal.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "Made by manage.py token NAME"}
