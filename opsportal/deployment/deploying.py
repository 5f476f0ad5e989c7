"""Does what `plan` says, step by step, and goes back when one of them fails."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from monitoring.annotations import annotate, finish
from monitoring.models import Annotation
from opsportal.deployment import code, database, environments
from opsportal.deployment.commands import Commands
from opsportal.deployment.errors import DeploymentError, RolledBackError
from opsportal.deployment.going_back import FAILURES, Attempt, go_back, switch
from opsportal.deployment.places import Places, Release, checkout_of
from opsportal.deployment.plan import Step, differing_variables, releases_to_remove
from opsportal.deployment.portal import READY_SECONDS, Portal, address, try_web_server

Told = Callable[[str, str], None]
"""Of the step, and how it went; empty when it begins."""

# A deployment with other values of these would work on other data than the portal does.
DECISIVE = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "OPSPORTAL_DATA_DIR")


@dataclass(frozen=True, slots=True)
class Wish:
    """`ready_seconds`: how long the portal may take to be ready after the switch."""

    ref: str
    backs_up: bool = True
    by: str = ""
    ready_seconds: float = READY_SECONDS


class Deployment:
    """Raises DeploymentError where there is nothing to deploy from, or to."""

    def __init__(self, wish: Wish, told: Told) -> None:
        self._wish, self._told = wish, told
        self._checkout = checkout_of(settings.BASE_DIR)
        self._places = Places(settings.DATA_DIR)
        self._portal = Portal(settings.RUN_DIR, address())
        self._running = Release(settings.BASE_DIR, Path(sys.executable))
        variables = {"OPSPORTAL_DATA_DIR": str(settings.DATA_DIR)}
        self._commands = Commands(self._places.log, _owner(settings.DATA_DIR), variables)
        self._attempt = Attempt(self._running)
        self._refuse_other_data()

    def preview(self) -> None:
        """Fetches, and changes nothing else. Raises DeploymentError."""
        with _alone(self._places):
            commit = self._fetched()
        release = self._places.release(commit)
        is_there = "is there already" if release.directory.exists() else "would be made"
        self._told(Step.BACK_UP, ", ".join(self._plans()) or "nothing")
        self._told(Step.CHECK_OUT, f"{release.directory} {is_there}")
        self._told(Step.MIGRATE, "what waits is known when it is installed")
        ending = "while it serves" if self._portal.runs else "the portal does not run: at its start"
        self._told(Step.SWITCH, f"from {self._running.name} to {release.name}, {ending}")

    def go(self) -> Release:
        """Raises RolledBackError, and DeploymentError where that was not possible, either."""
        with _alone(self._places):
            try:
                self._bring()
            except FAILURES as error:
                words = str(error) or "stopped"
                told = go_back(self._attempt, self._places, self._portal, self._commands)
                raise RolledBackError(f"{self._attempt.step}: {words}\n{told}") from None
            self._places.copy.unlink(missing_ok=True)
            return self._attempt.release or self._running

    def _bring(self) -> None:
        self._take(Step.BACK_UP, self._backed_up)
        self._attempt.step = Step.FETCH
        commit = self._fetched()
        release = self._attempt.release = self._places.release(commit)
        self._take(Step.CHECK_OUT, lambda: self._checked_out(commit, release))
        self._take(Step.INSTALL, lambda: self._installed(release))
        self._take(Step.EXAMINE, lambda: self._examined(release))
        self._annotate(commit)
        self._take(Step.COPY, self._copied)
        self._take(Step.MIGRATE, lambda: self._migrated(release))
        self._take(Step.SET_UP, lambda: self._set_up(release))
        if self._portal.runs:
            self._take(Step.TRY, lambda: self._tried(release))
        self._take(Step.SWITCH, lambda: self._switched(release))
        if self._portal.runs:
            self._take(Step.RELOAD, lambda: self._reloaded(release))
            self._take(Step.READINESS, self._ready)
        if self._attempt.annotation:
            finish(self._attempt.annotation)
        self._tidy(release)

    def _take(self, step: Step, action: Callable[[], str]) -> None:
        self._attempt.step = step
        self._told(step, "")
        self._told(step, action())

    # --- The steps --------------------------------------------------------------------------------

    def _plans(self) -> list[str]:
        return database.plans_of_the_portal() if self._wish.backs_up else []

    def _backed_up(self) -> str:
        said = [self._run(self._running, "backup", name, "--quiet") for name in self._plans()]
        if not self._wish.backs_up:
            return "left out, as you asked"
        return " ".join(said).strip() or "no plan that is on backs up the portal's database"

    def _fetched(self) -> str:
        self._told(Step.FETCH, "")
        how = code.fetch(self._commands, self._checkout)
        commit = code.commit_of(self._commands, self._checkout, self._wish.ref)
        self._told(Step.FETCH, f"{how}; {self._wish.ref} is {commit[:12]}")
        return commit

    def _checked_out(self, commit: str, release: Release) -> str:
        is_new = code.check_out(self._commands, self._checkout, commit, release)
        release.static_dir.mkdir(exist_ok=True)
        if self._commands.user is not None:
            os.chown(release.static_dir, self._commands.user, -1)
        return str(release.directory) if is_new else f"{release.directory} was there"

    def _installed(self, release: Release) -> str:
        return environments.install(self._commands, self._places, release, self._running)

    def _examined(self, release: Release) -> str:
        said = self._run(release, "deploy", "--pending")
        pending = self._attempt.pending = database.pending_from(said)
        return f"{len(pending)} migrations wait" if pending else "no migration waits"

    def _annotate(self, commit: str) -> None:
        text = f"Deployment of {self._wish.ref} ({commit[:12]})"
        kind = Annotation.Kind.DEPLOYMENT
        self._attempt.annotation = annotate(kind, text, by=self._wish.by)

    def _copied(self) -> str:
        if not self._attempt.pending:
            return "not needed"
        database.copy_to(self._places.copy)
        return f"{self._places.copy.stat().st_size:,} bytes"

    def _migrated(self, release: Release) -> str:
        if not self._attempt.pending:
            return "not needed"
        self._run(release, "migrate", "--noinput")
        return ", ".join(each.name for each in self._attempt.pending)

    def _set_up(self, release: Release) -> str:
        self._run(release, "setup", "--noinput", "--quiet")
        return "static files, roles, defaults"

    def _tried(self, release: Release) -> str:
        try_web_server(release, self._commands)
        return "its web server is ready"

    def _switched(self, release: Release) -> str:
        self._places.point_at(release)
        return f"{self._places.current} is {release.name}"

    def _reloaded(self, release: Release) -> str:
        switch(release, self._portal, self._commands)
        return "web server, worker and scheduler are of the new release"

    def _ready(self) -> str:
        self._portal.wait_until_ready(self._wish.ready_seconds)
        return "ready"

    # --- Beside -----------------------------------------------------------------------------------

    def _refuse_other_data(self) -> None:
        running = self._portal.variables() if self._portal.runs else None
        if running is None:
            return
        here = {**os.environ, "OPSPORTAL_DATA_DIR": str(settings.DATA_DIR)}
        differing = differing_variables(running, here, DECISIVE)
        if differing:
            raise DeploymentError(
                f"The portal that runs was started with another {', '.join(differing)}. Give this "
                "command the same: a service has its variables in /etc/opsportal/environment."
            )

    def _tidy(self, release: Release) -> None:
        """Old releases that stay are not worth a failure."""
        listed = [each for each in self._places.releases.iterdir() if (each / "manage.py").exists()]
        newest = sorted(listed, key=lambda each: each.stat().st_mtime, reverse=True)
        in_use = [release.name, self._running.name, self._portal.started_from]
        with suppress(*FAILURES):
            for name in releases_to_remove([each.name for each in newest], in_use):
                old = Release(self._places.releases / name)
                code.remove(self._commands, self._checkout, old)
            environments.remove_unused(self._places)

    def _run(self, release: Release, *words: str) -> str:
        return self._commands.run(release.manage(*words), release.directory, words[0])


def _owner(data_dir: Path) -> int | None:
    """Root deploys for the service's user."""
    owner = data_dir.stat().st_uid
    return owner if os.geteuid() == 0 and owner != 0 else None


@contextmanager
def _alone(places: Places) -> Iterator[None]:
    """One deployment at a time. Raises DeploymentError."""
    import fcntl  # not there on Windows, where nothing is deployed this way

    places.releases.mkdir(mode=0o755, exist_ok=True)
    with places.lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DeploymentError("another deployment is under way: wait for it") from None
        if places.copy.exists():
            raise DeploymentError(
                f"a deployment was killed while it migrated. {places.copy} is the database as it "
                "was before (docs/deploying.md says how to restore it): move it away when the "
                "database is as it should be, and deploy again"
            )
        places.log.write_text("", encoding="utf-8")
        yield
