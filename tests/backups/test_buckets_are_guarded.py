"""Where a bucket may not be: what a check may not ask, the portal does not send its backups to."""

from __future__ import annotations

from typing import Any

import pytest

from backups.errors import DestinationError
from tests.backups.test_s3 import bucket, place, server

__all__ = ["bucket", "server"]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_metadata_service_of_a_cloud_is_no_destination(scheme: str) -> None:
    with pytest.raises(DestinationError, match=r"is not asked: 169\.254\.169\.254 is link-local"):
        place(f"{scheme}://169.254.169.254", "kept").upload("plan/a")


def test_a_name_of_a_private_address_is_refused_where_those_are(
    server: str, bucket: str, settings: Any
) -> None:
    endpoint = server.replace("127.0.0.1", "localhost")
    assert list(place(endpoint, bucket).listed("")) == []
    settings.PRIVATE_ADDRESSES_ALLOWED = False
    with pytest.raises(DestinationError, match="is private; OPSPORTAL_PRIVATE_ADDRESSES"):
        # Another client: one that is connected stays so.
        list(place(f"{endpoint}/", bucket).listed(""))
