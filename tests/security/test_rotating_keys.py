"""A new key reads everything; nothing is lost on the way, nor by forgetting too early."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from pytest_django import Settings

from monitoring.editing import save_check
from monitoring.models import Check
from opsportal.access.models import SecondFactor
from opsportal.env import Environment
from opsportal.lib.crypto import UnreadableSecretError, decrypt, encrypt
from opsportal.stored_secrets import PLACES

pytestmark = pytest.mark.django_db
COMMAND = "rotate_keys"  # "rotate-keys" on the command line


@pytest.fixture
def keys(settings: Settings, tmp_path: Path) -> Settings:
    """A check and a second factor encrypted with the key "old"."""
    settings.ENVIRONMENT = Environment({})
    settings.SECRET_KEY_FILE, settings.FORMER_KEYS_FILE = tmp_path / "key", tmp_path / "former"
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS, settings.FORMER_KEYS = "old", [], []
    check = Check(name="shop", kind="http")
    save_check(check, {"url": "https://shop.example/"})
    Check.objects.update(secrets=encrypt({"password": "open sesame"}))
    user = User.objects.create_user("alice")
    SecondFactor.objects.create(
        user=user, secrets=encrypt({"totp": "ABC"}), confirmed_at="2026-01-01T00:00:00Z"
    )
    return settings


def stored() -> dict[str, str]:
    return decrypt(Check.objects.get().secrets)


def test_what_no_key_reads_stops_it_before_anything_is_changed(keys: Settings) -> None:
    keys.SECRET_KEY = "new"
    with pytest.raises(CommandError, match="check “shop”, second factor of “alice”"):
        call_command(COMMAND)


def test_the_old_key_is_not_forgotten_while_it_is_needed(keys: Settings) -> None:
    keys.SECRET_KEY, keys.SECRET_KEY_FALLBACKS = "new", ["old"]
    keys.FORMER_KEYS_FILE.write_text("old\n")
    with pytest.raises(CommandError, match="Still encrypted with a former key"):
        call_command(COMMAND, "--forget")
    assert keys.FORMER_KEYS_FILE.exists()


def test_after_it_the_new_key_alone_reads_everything(keys: Settings) -> None:
    keys.SECRET_KEY, keys.SECRET_KEY_FALLBACKS = "new", ["old"]
    keys.FORMER_KEYS_FILE.write_text("old\n")
    call_command(COMMAND)
    call_command(COMMAND, "--forget")
    keys.SECRET_KEY_FALLBACKS = []
    assert stored() == {"password": "open sesame"}
    assert decrypt(SecondFactor.objects.get().secrets) == {"totp": "ABC"}
    assert not keys.FORMER_KEYS_FILE.exists()
    keys.SECRET_KEY = "old"
    with pytest.raises(UnreadableSecretError):
        stored()


def test_a_new_key_keeps_the_old_one_beside_it(keys: Settings) -> None:
    keys.SECRET_KEY_FILE.write_text("old\n")
    keys.FORMER_KEYS = ["older"]
    call_command(COMMAND, "--new")
    assert keys.FORMER_KEYS_FILE.read_text().split() == ["old", "older"]
    assert len(keys.SECRET_KEY_FILE.read_text().strip()) > 50
    assert keys.SECRET_KEY_FILE.stat().st_mode & 0o077 == 0
    assert keys.FORMER_KEYS_FILE.stat().st_mode & 0o077 == 0


def test_a_key_of_the_environment_is_not_made_anew_behind_its_back(keys: Settings) -> None:
    keys.ENVIRONMENT = Environment({"SECRET_KEY": "old"})
    with pytest.raises(CommandError, match="SECRET_KEY is given by the environment"):
        call_command(COMMAND, "--new")


def test_every_column_of_secrets_is_known() -> None:
    from django.apps import apps

    columns = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.name.endswith("secrets")
    }
    assert columns == {(place.model, place.column) for place in PLACES}
