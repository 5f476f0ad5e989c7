"""The published page in all its forms, rendered once for everybody."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.feedgenerator import Atom1Feed

from monitoring.availability import rounded
from opsportal.statuspage.models import Incident
from opsportal.statuspage.reading import DAYS, Contents, is_over, read_contents, utc_now
from opsportal.statuspage.states import WORDS, State

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BADGE_COLOURS = {
    State.OPERATIONAL: "#2d7d52",
    State.MAINTENANCE: "#4f5862",
    State.DEGRADED: "#9a6300",
    State.DOWN: "#b3261e",
    State.UNKNOWN: "#4f5862",
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """Ready to be sent. `badges` by slug; that of the whole has an empty one."""

    html: bytes
    json: bytes
    atom: bytes
    css: bytes
    badges: Mapping[str, bytes]
    logo: bytes | None
    logo_type: str


def render_all() -> Rendered | None:
    """None while nothing is published. Raises DatabaseError."""
    contents = read_contents(utc_now())
    return None if contents is None else _rendered(contents)


def _rendered(contents: Contents) -> Rendered:
    badges = {each.slug: badge(each.name, each.state) for each in contents.components}
    return Rendered(
        html=render_to_string("statuspage/page.html", {"shown": contents, "days": DAYS}).encode(),
        json=json.dumps(as_json(contents)).encode(),
        atom=_feed(contents).encode(),
        css=_css(contents),
        badges={**badges, "": badge(contents.page.title, contents.state)},
        logo=bytes(contents.page.logo) if contents.page.logo else None,
        logo_type=contents.page.logo_type,
    )


def as_json(contents: Contents) -> dict[str, Any]:
    return {
        "title": contents.page.title,
        "status": contents.state,
        "headline": contents.headline,
        "updated_at": contents.made_at.isoformat(),
        "components": [
            {
                "name": each.name,
                "group": each.group,
                "status": each.state,
                "availability_percent": each.availability and rounded(each.availability, 3),
                "days": each.days,
            }
            for each in contents.components
        ],
        "incidents": [
            _incident(each) for each in (*contents.open_incidents, *contents.past_incidents)
        ],
        "maintenance": [
            {
                "title": each.title,
                "text": each.text,
                "starts_at": each.starts_at.isoformat(),
                "ends_at": each.ends_at.isoformat(),
            }
            for each in contents.work
        ],
    }


def _incident(incident: Incident) -> dict[str, Any]:
    return {
        "title": incident.title,
        "impact": incident.impact,
        "started_at": incident.started_at.isoformat(),
        "resolved": is_over(incident),
        "components": [each.name for each in incident.components.all()],
        "updates": [
            {"status": each.stage, "text": each.text, "at": each.at.isoformat()}
            for each in incident.updates.all()
        ],
    }


def _feed(contents: Contents) -> str:
    """An entry for each update; the newest first. Addresses are relative: the portal may be known
    by several names."""
    title = _for_xml(contents.page.title)
    feed = Atom1Feed(
        title=title,
        link="/status/",
        description=contents.headline,
        # RFC 4287: an identifier is absolute.
        feed_guid="urn:opsportal:status",
    )
    entries = [
        (update, incident)
        for incident in (*contents.open_incidents, *contents.past_incidents)
        for update in incident.updates.all()
    ]
    for update, incident in sorted(entries, key=lambda pair: pair[0].at, reverse=True):
        feed.add_item(
            title=_for_xml(f"{update.get_stage_display()}: {incident.title}"),
            link=f"/status/#incident-{incident.pk}",
            description=_for_xml(update.text),
            unique_id=f"urn:opsportal:status:{incident.pk}:{update.pk}",
            pubdate=update.at,
            updateddate=update.at,
        )
    return feed.writeString("utf-8")


def _for_xml(text: str) -> str:
    """Without characters that no XML may have, and that somebody has pasted."""
    return _NOT_XML.sub("", text)


def badge(name: str, state: State) -> bytes:
    """Wide enough for its words at 11 pixels, as badges usually are."""
    name, word = _for_xml(name), WORDS[state]
    left, right = 12 + 7 * len(name), 12 + 7 * len(word)
    shown = {"name": name, "word": word, "left": left, "right": right, "width": left + right}
    shown |= {"middle": left / 2, "rest": left + right / 2, "colour": _BADGE_COLOURS[state]}
    return render_to_string("statuspage/badge.svg", shown).encode()


def _css(contents: Contents) -> bytes:
    """The one thing that is styled by whoever publishes; a style sheet, since nothing is inline."""
    colour = contents.page.colour
    return f":root {{ --brand: {colour}; }}\n".encode() if colour else b""
