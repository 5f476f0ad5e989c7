from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from opsportal.access.roles import ensure_roles

ClientAs = Callable[..., Client]


@pytest.fixture
def client_as(db: None) -> ClientAs:
    """`client_as("viewer")` is a browser of somebody with these roles."""

    def make(*roles: str) -> Client:
        ensure_roles()
        user = User.objects.create_user("-".join(roles) or "nobody", password="x", is_staff=True)
        user.groups.set(Group.objects.filter(name__in=roles))
        client = Client()
        client.force_login(user)
        return client

    return make
