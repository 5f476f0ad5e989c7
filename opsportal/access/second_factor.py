"""The second factor: codes of an app (RFC 6238), and recovery codes for who has lost the app."""

from __future__ import annotations

import hashlib
import secrets
from base64 import b32decode, b32encode
from datetime import datetime, timedelta
from enum import StrEnum
from hmac import compare_digest

from django.contrib.auth.models import User
from django.db import transaction
from django_otp.oath import hotp

from opsportal.access.models import Role, SecondFactor
from opsportal.lib.crypto import decrypt, encrypt

STEP_SECONDS = 30
# Of the clock on the phone, before and after.
TOLERATED_STEPS = 1
MOST_FAILURES = 5
PAUSE = timedelta(minutes=15)
RECOVERY_CODES = 10


class Outcome(StrEnum):
    """In the words that the person reads."""

    RIGHT = "Right."
    RECOVERED = "That was a recovery code. It is used up."
    WRONG = "This code is wrong, or was used before."
    PAUSED = "Too many wrong codes. Try again in 15 minutes."


def new_secret() -> str:
    """160 random bits in base32, as apps take it."""
    return b32encode(secrets.token_bytes(20)).decode("ascii")


def matching_step(secret: str, code: str, after_step: int, now: datetime) -> int | None:
    """The step whose code it is; None if of none, or of one not after `after_step`."""
    current, key = int(now.timestamp()) // STEP_SECONDS, b32decode(secret)
    for step in range(current - TOLERATED_STEPS, current + TOLERATED_STEPS + 1):
        right = f"{hotp(key, step):06d}"
        if step > after_step and compare_digest(right.encode(), code.encode()):
            return step
    return None


def is_required(user: User) -> bool:
    """By one of the user's roles."""
    return Role.objects.filter(group__user=user, requires_second_factor=True).exists()


def is_due(user: User) -> bool:
    """Whether a password alone does not let this user in."""
    return SecondFactor.objects.filter(user=user).exists() or is_required(user)


def set_up(user: User, secret: str, step: int, now: datetime) -> list[str]:
    """Replaces what there was; returns the recovery codes, which nobody can find out afterwards."""
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    SecondFactor.objects.update_or_create(
        user=user,
        defaults={
            "secrets": encrypt({"totp": secret}),
            "recovery_digests": [_digest(code) for code in codes],
            "last_step": step,
            "failures": 0,
            "confirmed_at": now,
        },
    )
    return codes


@transaction.atomic
def prove(user: User, code: str, now: datetime) -> Outcome:
    """Raises SecondFactor.DoesNotExist, UnreadableSecretError."""
    factor = SecondFactor.objects.select_for_update().get(user=user)
    if is_paused(factor, now):
        return Outcome.PAUSED
    outcome = _outcome(factor, "".join(code.lower().split()), now)
    wrong = outcome == Outcome.WRONG
    factor.failures, factor.failed_at = (factor.failures + 1, now) if wrong else (0, None)
    factor.save(update_fields=["failures", "failed_at", "last_step", "recovery_digests"])
    return outcome


def is_paused(factor: SecondFactor, now: datetime) -> bool:
    recent = factor.failed_at is not None and now < factor.failed_at + PAUSE
    return recent and factor.failures >= MOST_FAILURES


def _outcome(factor: SecondFactor, code: str, now: datetime) -> Outcome:
    secret = decrypt(factor.secrets)["totp"]
    step = matching_step(secret, code, factor.last_step, now)
    if step is not None:
        factor.last_step = step
        return Outcome.RIGHT
    digest = _digest(code)
    if digest in factor.recovery_digests:
        factor.recovery_digests = [each for each in factor.recovery_digests if each != digest]
        return Outcome.RECOVERED
    return Outcome.WRONG


def _recovery_code() -> str:
    """80 random bits: too many to guess from the digest."""
    text = b32encode(secrets.token_bytes(10)).decode("ascii").lower()
    return "-".join(text[at : at + 4] for at in range(0, 16, 4))


def _digest(code: str) -> str:
    return hashlib.sha256(code.replace("-", "").encode()).hexdigest()
