"""Pages of errors: in the portal's look, and standing without its database."""

import pytest
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client
from django.views.defaults import server_error


@pytest.mark.django_db
def test_a_page_that_is_not_there_says_so(client: Client) -> None:
    response = client.get("/nothing-here")
    assert response.status_code == 404
    assert b"There is no such page" in response.content


def test_the_page_of_an_internal_error_needs_no_database() -> None:
    # Without the mark django_db, any query would fail this test.
    response = server_error(HttpRequest())
    assert response.status_code == 500
    assert b"Something went wrong" in response.content


@pytest.mark.django_db
def test_a_form_without_its_token_is_explained() -> None:
    response = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "x"})
    assert response.status_code == 403
    assert b"This form has expired" in response.content


@pytest.mark.parametrize("status", ["400", "403", "403_csrf", "404", "500"])
def test_every_error_page_leads_back(status: str) -> None:
    page = render_to_string(f"{status}.html")
    assert '<a href="/">' in page
    assert "style=" not in page
    assert page.count("<h1>") == 1
