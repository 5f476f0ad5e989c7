"""The way back from a deployment that failed."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import dataclass, field

from django.db import DatabaseError

from backups.errors import BackupError
from monitoring.annotations import annotate, finish
from monitoring.models import Annotation
from opsportal.deployment import database
from opsportal.deployment.commands import Commands
from opsportal.deployment.errors import DeploymentError
from opsportal.deployment.places import Places, Release
from opsportal.deployment.plan import Migration, Step, Undo, undo_of
from opsportal.deployment.portal import Portal

FAILURES = (DeploymentError, BackupError, DatabaseError, OSError, sqlite3.Error, KeyboardInterrupt)


@dataclass
class Attempt:
    """How far it has come."""

    running: Release
    step: Step = Step.BACK_UP
    release: Release | None = None
    pending: list[Migration] = field(default_factory=list)
    annotation: Annotation | None = None


def go_back(attempt: Attempt, places: Places, portal: Portal, commands: Commands) -> str:
    """What was done, in words. Raises DeploymentError where that fails, too."""
    undo = _undo(attempt, commands)
    try:
        if undo.restores:
            database.restore_from(places.copy)
        places.copy.unlink(missing_ok=True)
        if undo.switches_back:
            _switch_back(attempt.running, places, portal, commands)
    except FAILURES as error:
        raise DeploymentError(
            f"{attempt.step} failed, and going back failed, too: {error}. {places.log} has what "
            "every command said. The database can be restored from its newest backup."
        ) from None
    marked = _marked(attempt)
    restored = "The database was restored as it was before. " if undo.restores else ""
    return f"Rolled back: {undo.reason}. {restored}{attempt.running.name} goes on.{marked}"


def switch(release: Release, portal: Portal, commands: Commands) -> None:
    """The processes. Raises DeploymentError."""
    before = portal.reloads
    commands.run(release.manage("portal", "--reload"), release.directory, "the reload")
    portal.wait_for_reload(before)


def _switch_back(running: Release, places: Places, portal: Portal, commands: Commands) -> None:
    if running.directory.parent == places.releases.resolve():
        places.point_at(running)
    else:
        places.current.unlink(missing_ok=True)
    if portal.runs:
        switch(running, portal, commands)
        portal.wait_until_ready()


def _undo(attempt: Attempt, commands: Commands) -> Undo:
    # Where it cannot be told what was applied, the database is not believed to be whole.
    applied = [each.name for each in attempt.pending]
    if attempt.step == Step.MIGRATE and attempt.release:
        with suppress(*FAILURES):
            words = attempt.release.manage("deploy", "--pending")
            said = commands.run(words, attempt.release.directory, "deploy --pending")
            waiting = {each.name for each in database.pending_from(said)}
            applied = [name for name in applied if name not in waiting]
    return undo_of(attempt.step, attempt.pending, applied)


def _marked(attempt: Attempt) -> str:
    """The mark may be gone, with the database that was replaced. Empty, or what went wrong."""
    mark = attempt.annotation
    if mark is None:
        return ""
    text = f"{mark.text}: rolled back, for it could not {attempt.step}"
    try:
        if Annotation.objects.filter(pk=mark.pk).exists():
            finish(mark, text)
        else:
            annotate(Annotation.Kind(mark.kind), text, by=mark.created_by)
    except DatabaseError as error:
        return f" It could not be marked on the charts: {error}"
    return ""
