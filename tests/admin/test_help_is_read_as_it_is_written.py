"""Django takes the help of a field for HTML: what stands in angle brackets would be swallowed."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/admin/statuspage/page/add/", "Such as Example status &lt;status@example.com&gt;"),
        ("/admin/reports/reportsettings/add/", "Such as Reports &lt;reports@example.com&gt;"),
    ],
)
def test_an_address_in_angle_brackets_is_shown(
    admin_client: Client, address: str, words: str
) -> None:
    assert words in admin_client.get(address).content.decode()
