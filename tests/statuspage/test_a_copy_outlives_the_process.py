"""A process that starts while the database is away shows what another one had made."""

import pytest
from django.db import DatabaseError
from django.test import Client

from opsportal.statuspage import copy, views
from opsportal.statuspage.cache import Kept
from opsportal.statuspage.models import Page
from opsportal.statuspage.rendering import Rendered, render_all

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    views.forget()


def test_what_is_half_written_or_missing_is_no_copy() -> None:
    assert copy.read() is None
    copy._path().write_text('{"html": ')
    assert copy.read() is None


def test_a_new_process_shows_it_though_the_database_is_away(client: Client) -> None:
    Page.objects.create(published=True, title="Example", logo=b"\x89PNG", logo_type="image/png")
    before = client.get("/status/").content

    def away() -> Rendered | None:
        raise DatabaseError

    started = Kept(away, 10, start=lambda work: work(), load=copy.read)
    rendered = started.get()
    assert rendered is not None
    assert rendered.html == before
    assert rendered.logo == b"\x89PNG"
    assert list(rendered.badges) == [""]


def test_what_was_taken_back_leaves_no_copy(client: Client) -> None:
    page = Page.objects.create(published=True)
    client.get("/status/")
    assert copy.read() is not None
    page.published = False
    page.save()
    assert copy.read() is None
    assert client.get("/status/").status_code == 404
    assert copy.read() is None
    assert render_all() is None
