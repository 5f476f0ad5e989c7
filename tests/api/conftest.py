from collections.abc import Callable

import pytest
from django.test import Client

from opsportal.models import Scope
from opsportal.tokens import make_token

ClientOf = Callable[[str], Client]


@pytest.fixture
def client_of(db: None) -> ClientOf:
    """`client_of("read")` is a client that brings a token of that scope."""

    def make(scope: str) -> Client:
        _, secret = make_token(f"test {scope}", Scope(scope))
        return Client(headers={"Authorization": f"Bearer {secret}"})

    return make


@pytest.fixture
def reader(client_of: ClientOf) -> Client:
    return client_of("read")


@pytest.fixture
def writer(client_of: ClientOf) -> Client:
    return client_of("write")
