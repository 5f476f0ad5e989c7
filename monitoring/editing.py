"""Adding and changing checks: the one way that the admin, the API and set-up all take."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from monitoring.heartbeats.editing import due_after_edit_ms
from monitoring.models import Check, CheckState, CheckStatus, Transition
from monitoring.probes.base import Probe
from monitoring.probes.locality import goes_to, is_local
from monitoring.probes.registry import build, kind_named
from monitoring.waking import wake_a_worker_on_commit
from opsportal.lib.crypto import UnreadableSecretError, decrypt, encrypt
from opsportal.lib.kinds import SettingsError, secret_names

MASK = "********"


def full_settings(check: Check) -> dict[str, Any]:
    """With its secrets, for a probe alone. Raises UnreadableSecretError."""
    return {**check.settings, **decrypt(check.secrets)}


def masked_settings(check: Check) -> dict[str, Any]:
    """For people and exports: a mask where a secret is set."""
    hidden = secret_names(kind_named(check.kind)) if check.secrets else frozenset()
    return {**check.settings, **dict.fromkeys(sorted(hidden & _secrets_set(check)), MASK)}


def _secrets_set(check: Check) -> set[str]:
    try:
        return set(decrypt(check.secrets))
    except UnreadableSecretError:
        return set()  # to be entered again


def probe_of(check: Check, given: Mapping[str, Any] | None = None) -> Probe:
    """Of the check's own settings, or of those that somebody would like it to have: a mask among
    them stands for the secret that is stored. Raises SettingsError."""
    if given is None:
        return build(check.kind, full_settings(check))
    return build(check.kind, unmasked(check, given))


def unmasked(check: Check, given: Mapping[str, Any]) -> dict[str, Any]:
    masked = [name for name, value in given.items() if value == MASK]
    if not masked:
        return dict(given)
    if goes_to(given) != goes_to(check.settings):
        # Who may edit a check could otherwise have its secrets sent to a host of their own.
        raise SettingsError(dict.fromkeys(masked, "enter it again: the check goes elsewhere now"))
    try:
        stored = decrypt(check.secrets)
    except UnreadableSecretError as error:
        raise SettingsError(dict.fromkeys(masked, str(error))) from None
    return {name: stored.get(name) if value == MASK else value for name, value in given.items()}


@transaction.atomic
def save_check(check: Check, given: Mapping[str, Any], *, now_ms: int | None = None) -> None:
    """Validates `given` and saves both. Raises SettingsError, also for a parent in a circle."""
    settings = unmasked(check, given)
    build(check.kind, settings)
    refuse_circle(check, check.parent)
    hidden = secret_names(kind_named(check.kind))
    check.settings = {name: value for name, value in settings.items() if name not in hidden}
    check.secrets = encrypt({name: settings[name] for name in hidden if settings.get(name)})
    check.is_local = is_local(settings)
    check.slug = check.slug or _free_slug(check.name)
    check.save()
    _follow(check, _now_ms() if now_ms is None else now_ms)


def refuse_circle(check: Check, parent: Check | None) -> None:
    """Raises SettingsError where the parent, or one of its own parents, is the check itself."""
    above, seen = parent, set()
    while above is not None and above.pk not in seen:
        if above.pk == check.pk:
            raise SettingsError({"parent": f"{parent} needs this check itself"})
        seen.add(above.pk)
        above = above.parent


def free_name(name: str) -> str:
    """Itself, or with a number where a check is called so already."""
    taken = set(Check.objects.filter(name__startswith=name).values_list("name", flat=True))
    numbered = (f"{name} {number}" for number in range(2, len(taken) + 3))
    return next(each for each in (name, *numbered) if each not in taken)


def _free_slug(name: str) -> str:
    """Two names may have the same slug; a number tells them apart."""
    base = slugify(name)[:90] or "check"
    taken = set(Check.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (base, *numbered) if slug not in taken)


def _follow(check: Check, now_ms: int) -> None:
    """The state after an edit: due at once, so that who has made it sees what it does."""
    state, created = CheckState.objects.select_for_update().get_or_create(
        owner=check, defaults={"since_ms": now_ms}
    )
    if not check.enabled:
        change_status(state, CheckStatus.PAUSED, "paused", now_ms)
        state.due_ms = None
    elif created or state.status == CheckStatus.PAUSED:
        change_status(state, CheckStatus.NEW, "resumed", now_ms)
        state.failures = state.successes = 0
    if check.enabled:
        is_heartbeat = check.kind == "heartbeat"
        state.due_ms = due_after_edit_ms(check, state, now_ms) if is_heartbeat else now_ms
    state.version += 1
    state.save()
    wake_a_worker_on_commit()


def change_status(state: CheckState, status: CheckStatus, why: str, now_ms: int) -> None:
    """Of a person's doing; what probes find is written by `monitoring.runner.outcomes`."""
    if state.status == status:
        return
    Transition.objects.filter(owner_id=state.owner_id, ended_ms=None).update(ended_ms=now_ms)
    Transition.objects.create(
        owner_id=state.owner_id, time_ms=now_ms, status=status, before=state.status, why=why
    )
    state.status, state.since_ms, state.message, state.reason = status, now_ms, "", ""


def set_enabled(check: Check, enabled: bool) -> bool:
    """Always true: as `run_now`, it says whether it was done."""
    check.enabled = enabled
    with transaction.atomic():
        Check.objects.filter(pk=check.pk).update(enabled=enabled)
        _follow(check, _now_ms())
    return True


def run_now(check: Check) -> bool:
    """A worker takes it at once. False where there is nothing to run: a paused check stays paused,
    and a heartbeat is its job's to run."""
    if check.kind == "heartbeat":
        return False
    states = CheckState.objects.filter(owner=check, due_ms__isnull=False)
    is_due = states.update(due_ms=_now_ms()) == 1
    if is_due:
        wake_a_worker_on_commit()
    return is_due


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
