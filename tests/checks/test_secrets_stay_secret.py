"""Secrets of checks: encrypted in the database, masked for people, removed from what came back."""

import base64
import json

import pytest
from pytest_django import Settings

from monitoring.runner.redaction import redacted, redacted_json, secret_texts
from opsportal.lib.crypto import UnreadableSecretError, decrypt, encrypt

SETTINGS = {"url": "https://x", "username": "ops", "password": 'pa"ss/word', "token": "abc"}


def test_an_encrypted_secret_cannot_be_read_with_another_key(settings: Settings) -> None:
    token = encrypt({"password": "hunter22"})
    assert "hunter22" not in token
    settings.SECRET_KEY = "another"
    with pytest.raises(UnreadableSecretError, match="another SECRET_KEY"):
        decrypt(token)


def test_an_old_key_among_the_fallbacks_still_reads(settings: Settings) -> None:
    token = encrypt({"password": "hunter22"})
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    assert decrypt(token) == {"password": "hunter22"}


def test_no_secrets_need_no_ciphertext() -> None:
    assert encrypt({}) == ""
    assert decrypt("") == {}


@pytest.mark.parametrize("rubbish", ["x", "ä", "gAAAAA=="])
def test_rubbish_is_an_error_that_says_what_to_do(rubbish: str) -> None:
    with pytest.raises(UnreadableSecretError, match="enter it again"):
        decrypt(rubbish)


def test_every_form_of_a_secret_is_hidden() -> None:
    secrets = secret_texts(SETTINGS, {"password"})
    basic = base64.b64encode(b'ops:pa"ss/word').decode()
    answer = f'{json.dumps(SETTINGS)} pa"ss/word pa%22ss%2Fword Basic {basic}'
    hidden = redacted(answer, secrets)
    assert "ss/word" not in hidden.replace("\\", "")
    assert "ss%2Fword" not in hidden
    assert basic.rstrip("=") not in hidden


def test_what_is_too_short_to_be_a_secret_blanks_out_no_text() -> None:
    assert redacted("abcdef", secret_texts(SETTINGS, {"token"})) == "abcdef"


def test_secrets_are_hidden_however_deep_they_are() -> None:
    evidence = {"headers": {"set-cookie s3cret": ["s3cret"]}, "status": 200, "none": None}
    assert redacted_json(evidence, ("s3cret",)) == {
        "headers": {"set-cookie [secret]": ["[secret]"]},
        "status": 200,
        "none": None,
    }


def test_a_secret_that_contains_another_is_hidden_whole() -> None:
    secrets = secret_texts({"a": "token", "b": "token-and-more"}, {"a", "b"})
    assert redacted("token-and-more", secrets) == "[secret]"


@pytest.mark.parametrize(
    "text", ["token=hunter2-", "token=hunt", 'the answer is "hunter2…', "'hunter'"]
)
def test_of_a_text_that_was_cut_within_a_secret_the_beginning_is_hidden(text: str) -> None:
    assert "hunt" not in redacted(text, ("hunter2-and-more", "other"))
    assert redacted("the hunting season", ("hunter2-and-more",)) == "the hunting season"
