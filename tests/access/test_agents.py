"""Whoever looks through their sessions recognises a browser, not a line of 150 characters."""

import pytest

from opsportal.access.agents import in_short

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0"


@pytest.mark.parametrize(
    ("agent", "short"),
    [
        ("", ""),
        ("curl/8.5.0", "curl/8.5.0"),
        ("x" * 500, "x" * 40),
        (f"{CHROME} Safari/537.36", "Chrome on Linux"),
        (f"{CHROME} Safari/537.36 Edg/130.0.0.0", "Edge on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0",
            "Firefox on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
    ],
)
def test_a_browser_is_named(agent: str, short: str) -> None:
    assert in_short(agent) == short
