"""Wrong settings are refused beside the field they stand in."""

import pytest

from monitoring.probes.registry import build
from opsportal.lib.kinds import SettingsError


@pytest.mark.parametrize(
    ("settings", "field", "words"),
    [
        ({"period_seconds": 0}, "period_seconds", "at least 1"),
        ({"period_seconds": 367 * 86_400}, "period_seconds", "at most"),
        ({"grace_seconds": 0}, "grace_seconds", "at least 1"),
        ({"grace_seconds": 31 * 86_400 + 1}, "grace_seconds", "at most"),
        ({"cron": "every day"}, "cron", "not a cron expression"),
        ({"cron": "61 * * * *"}, "cron", "minute"),
        ({"cron": "0 0 30 2 *"}, "cron", "not a cron expression"),
        ({"cron": "9" * 5000 + " * * * *"}, "cron", "not a cron expression"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "no such time zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone", "no such time zone"),
        ({"time_zone": ""}, "time_zone", "no such time zone"),
        ({"time_zone": "Europe"}, "time_zone", "no such time zone"),
        ({"time_zone": "x" * 300}, "time_zone", "no such time zone"),
        ({"methods": "PUT"}, "methods", "one of any, post"),
        ({"periods": 5}, "periods", "no such setting"),
    ],
)
def test_a_wrong_setting_is_refused(settings: dict[str, object], field: str, words: str) -> None:
    with pytest.raises(SettingsError) as raised:
        build("heartbeat", settings)
    assert list(raised.value.errors) == [field]
    assert words in raised.value.errors[field]


def test_it_needs_no_settings_at_all() -> None:
    result = build("heartbeat", {}).probe(1)
    assert (result.status, result.reason) == ("down", "ping is late")
