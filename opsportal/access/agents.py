"""What a browser calls itself, in two words. Pure."""

from __future__ import annotations

# In this order: most claim to be others as well.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_LONGEST = 40


def in_short(agent: str) -> str:
    """Such as "Firefox on Linux"; of what is none of the known ones, its first words."""
    browser, system = _first(agent, _BROWSERS), _first(agent, _SYSTEMS)
    return f"{browser} on {system}" if browser and system else agent[:_LONGEST]


def _first(agent: str, known: tuple[tuple[str, str], ...]) -> str:
    return next((name for mark, name in known if mark in agent), "")
