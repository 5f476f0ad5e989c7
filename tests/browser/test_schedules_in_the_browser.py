"""The form of a schedule has a script of its own, which the security policy allows."""

from playwright.sync_api import Page, expect

from tests.browser.web_server import WebServer


def test_its_script_runs_under_the_policy(page: Page, server: WebServer) -> None:
    page.goto(f"{server.url}/admin/django_celery_beat/periodictask/add/")
    expect(page.locator(".field-crontab_translation")).to_be_hidden()
