"""Exporting: no secrets, and what comes out can be applied where it comes from and elsewhere."""

import json
from io import StringIO
from pathlib import Path

import jsonschema
import pytest
import yaml
from django.core.management import call_command

from alerts.defaults import make_defaults
from alerts.editing import save_channel
from alerts.models import Channel
from monitoring.editing import full_settings, save_check
from monitoring.models import Check
from monitoring.schedules import ensure_schedules
from opsportal.boards.defaults import make_defaults as make_boards
from opsportal.configuration.document import parse
from opsportal.configuration.registry import NAMES

pytestmark = pytest.mark.django_db
SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "configuration.schema.json"


def export(*options: str) -> str:
    out = StringIO()
    call_command("export", *options, stdout=out)
    return out.getvalue()


@pytest.fixture
def _filled() -> None:
    ensure_schedules()
    make_defaults("", "", "")
    make_boards()
    settings = {
        "url": "http://127.0.0.1:1/",
        "bearer_token": "s3cret",
        "secret_headers": {"X-Key": "s3cret"},
    }
    save_check(Check(name="Shop: page", kind="http", tags=["shop"]), settings)
    save_channel(Channel(name="ops", kind="webhook"), {"url": "http://127.0.0.1:1/s3cret"})


@pytest.mark.usefixtures("_filled")
def test_secrets_stay_at_home() -> None:
    text = export()
    assert "s3cret" not in text
    settings = parse(text, NAMES)["checks"]["Shop: page"]["settings"]
    assert settings["bearer_token"] == "env:CHECKS_SHOP_PAGE_BEARER_TOKEN"
    assert settings["secret_headers"] == {"X-Key": "env:CHECKS_SHOP_PAGE_SECRET_HEADERS_X_KEY"}
    assert "#   CHECKS_SHOP_PAGE_BEARER_TOKEN" in text


@pytest.mark.usefixtures("_filled")
def test_what_is_exported_is_as_in_the_file_already(tmp_path: Path) -> None:
    file = tmp_path / "portal.yaml"
    file.write_text(export())
    out = StringIO()
    call_command("apply", str(file), stdout=out)
    assert out.getvalue() == "Everything is as in the file already.\n"


@pytest.mark.usefixtures("_filled")
def test_it_makes_the_same_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = export()
    file = tmp_path / "portal.yaml"
    file.write_text(text)
    Check.objects.all().delete()
    Channel.objects.all().delete()
    monkeypatch.setenv("CHECKS_SHOP_PAGE_BEARER_TOKEN", "other")
    monkeypatch.setenv("CHECKS_SHOP_PAGE_SECRET_HEADERS_X_KEY", "other")
    monkeypatch.setenv("CHANNELS_OPS_URL", "http://127.0.0.1:1/other")
    call_command("apply", str(file), stdout=StringIO())
    assert export() == text
    assert full_settings(Check.objects.get())["secret_headers"] == {"X-Key": "other"}


@pytest.mark.usefixtures("_filled")
def test_it_follows_its_schema() -> None:
    jsonschema.validate(yaml.safe_load(export()), json.loads(export("--schema")))


def test_the_published_schema_is_the_one_that_is_made() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == json.loads(export("--schema"))
