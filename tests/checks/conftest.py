"""Clients of the API, as tests/api has them."""

from tests.api.conftest import client_of, reader, writer

__all__ = ["client_of", "reader", "writer"]
