"""Two deployments at once would migrate one database twice."""

import fcntl
from pathlib import Path

import pytest

from opsportal.deployment.deploying import _alone
from opsportal.deployment.errors import DeploymentError
from opsportal.deployment.places import Places


def test_a_second_deployment_is_refused_while_the_first_is_under_way(tmp_path: Path) -> None:
    places = Places(tmp_path)
    with (
        _alone(places),
        pytest.raises(DeploymentError, match="another deployment is under way"),
        _alone(places),
    ):
        pass
    with _alone(places):
        pass


def test_after_a_deployment_that_was_killed_while_it_migrated_the_copy_is_named(
    tmp_path: Path,
) -> None:
    places = Places(tmp_path)
    places.releases.mkdir()
    places.copy.write_bytes(b"the database as it was before")
    killed = pytest.raises(DeploymentError, match=f"killed while it migrated. {places.copy}")
    with killed, _alone(places):
        pass
    # It has let go of the lock.
    with places.lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert places.copy.exists()
