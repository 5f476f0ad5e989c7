"""Applying a configuration file: all of it or nothing, and the second time nothing."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command

from alerts.models import Channel, Route, Threshold
from backups.models import Plan
from monitoring.editing import full_settings
from monitoring.models import Check
from monitoring.schedules import ensure_schedules
from opsportal.models import ManagedObject

pytestmark = pytest.mark.django_db

SHOP = {
    "version": 1,
    "channels": {"ops": {"kind": "webhook", "settings": {"url": "env:OPS_URL"}}},
    "checks": {
        "page": {"kind": "http", "settings": {"url": "http://127.0.0.1:1/"}, "parent": "router"},
        "router": {"kind": "tcp", "settings": {"host": "127.0.0.1", "port": 1}, "retries": 5},
    },
    "thresholds": {
        "full": {"metric": "disk_percent", "value": 80, "severity": "info", "channels": ["ops"]}
    },
    "routes": {
        "all": {
            "channels": ["ops"],
            "escalations": [{"after_seconds": 60, "channels": ["ops"]}],
        }
    },
    "plans": {
        "shop": {
            "source": {"kind": "postgresql", "url": "env:SHOP_URL"},
            "destinations": [{"kind": "local", "path": "/backups"}],
        }
    },
}


@pytest.fixture(autouse=True)
def _variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPS_URL", "http://127.0.0.1:1/s3cret")
    monkeypatch.setenv("SHOP_URL", "postgresql://me:s3cret@127.0.0.1:1/shop")


def apply(tmp_path: Path, document: Any, *options: str, name: str = "portal.yaml") -> str:
    file = tmp_path / name
    file.write_text(document if isinstance(document, str) else yaml.safe_dump(document))
    out = StringIO()
    call_command("apply", str(file), *options, stdout=out)
    return out.getvalue()


def refused(tmp_path: Path, document: Any) -> str:
    with pytest.raises(CommandError) as raised:
        apply(tmp_path, document)
    return str(raised.value)


def with_check(**fields: Any) -> dict[str, Any]:
    return {"version": 1, "checks": {"page": {"kind": "http", **fields}}}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not YAML"),
        ("[]", "must be an object"),
        ("checks: {}", "version: must be 1"),
        ("version: 1\nchekcs: {}", "no such section"),
        ("version: 1\nchecks: [a]", "checks: must be an object"),
        ("version: 1\nchecks: {a: 1}", "checks.a: must be an object"),
        ("version: 1\nchecks: {a: {kind: tcp}, a: {kind: tcp}}", "a is given twice"),
        ("version: 1\nchecks: {a: {name: b}}", "checks.a.name"),
        ("version: 1\nschedules: {own: {every_seconds: 5}}", "There is no such schedule"),
        ("version: 1\nroutes: {a: {matchers: '!!'}}", "routes.a.matchers"),
        ("version: 1\nthresholds: {a: {metric: cpu_percent, channels: [no]}}", "a.channels"),
        ("version: 1\nplans: {a: {source: {kind: no}, destinations: []}}", "plans.a"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place(tmp_path: Path, text: str, words: str) -> None:
    assert words in refused(tmp_path, text)


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    document = with_check(settings={"url": "ftp://x"}, interval_seconds=0)
    document["checks"]["other"] = {"kind": "nonsense", "settings": {}}
    words = refused(tmp_path, document)
    assert "checks.page.interval_seconds" in words
    assert "checks.other.kind" in words


def test_nothing_is_changed_where_one_thing_is_wrong(tmp_path: Path) -> None:
    document = {**SHOP, "thresholds": {"full": {"metric": "no_such_metric", "value": 1}}}
    assert "thresholds.full.metric" in refused(tmp_path, document)
    assert not Check.objects.exists()
    assert not ManagedObject.objects.exists()


def test_a_secret_in_the_clear_is_refused_and_not_repeated(tmp_path: Path) -> None:
    document = with_check(settings={"url": "http://127.0.0.1:1/", "bearer_token": "s3cret"})
    words = refused(tmp_path, document)
    assert "write env:NAME or file:/PATH" in words
    assert "s3cret" not in words


def test_a_variable_that_is_not_set_is_named(tmp_path: Path) -> None:
    document = with_check(settings={"url": "http://127.0.0.1:1/", "bearer_token": "env:NOT_SET"})
    assert "the variable NOT_SET is not set" in refused(tmp_path, document)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    settings = {"url": "http://127.0.0.1:1/", "bearer_token": f"file:{tmp_path}/none"}
    assert "none cannot be read" in refused(tmp_path, with_check(settings=settings))


def test_what_another_file_manages_is_left_to_it(tmp_path: Path) -> None:
    apply(tmp_path, SHOP)
    with pytest.raises(CommandError, match=r"checks.router: is managed by portal.yaml"):
        apply(tmp_path, SHOP, name="other.yaml")


def test_parents_in_a_circle_are_refused(tmp_path: Path) -> None:
    apply(tmp_path, SHOP)
    circle = {name: {**item} for name, item in SHOP["checks"].items()}  # type: ignore[attr-defined]
    circle["router"]["parent"] = "page"
    assert "parent" in refused(tmp_path, {"version": 1, "checks": circle})


def test_all_sections_are_put_into_force(tmp_path: Path) -> None:
    out = apply(tmp_path, SHOP)
    assert [line.strip() for line in out.splitlines()][-1] == "6 changes made."
    page = Check.objects.get(name="page")
    assert page.parent == Check.objects.get(name="router")
    assert list(Threshold.objects.get(name="full").channels.all()) == [Channel.objects.get()]
    assert Route.objects.get().escalations.get().after_seconds == 60
    assert Plan.objects.get().destinations.get().settings == {"path": "/backups"}


def test_the_second_time_nothing_is_written(tmp_path: Path) -> None:
    apply(tmp_path, SHOP)
    versions = Check.objects.values_list("name", "state__version")
    before = sorted(versions)
    assert apply(tmp_path, SHOP) == "Everything is as in the file already.\n"
    assert sorted(versions.all()) == before


def test_a_dry_run_says_it_all_and_changes_nothing(tmp_path: Path) -> None:
    assert "+ checks.page" in apply(tmp_path, SHOP, "--dry-run")
    assert not Check.objects.exists()


def test_a_change_is_told_from_what_to_what(tmp_path: Path) -> None:
    apply(tmp_path, SHOP)
    changed = {"version": 1, "checks": {**SHOP["checks"]}}  # type: ignore[dict-item]
    changed["checks"]["router"] = {**changed["checks"]["router"], "retries": 2}  # type: ignore[index]
    out = apply(tmp_path, changed)
    assert "~ checks.router" in out
    assert "retries: 5 → as by default" in out
    assert Check.objects.get(name="router").retries == 2


def test_a_secret_that_changes_is_told_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(tmp_path, SHOP)
    monkeypatch.setenv("SHOP_URL", "postgresql://me:n3w@127.0.0.1:1/shop")
    out = apply(tmp_path, SHOP)
    assert "~ plans.shop\n      a secret" in out
    assert "n3w" not in out


def test_what_the_file_no_longer_has_is_removed_and_what_people_made_stays(tmp_path: Path) -> None:
    apply(tmp_path, SHOP)
    Check.objects.create(name="by hand", slug="by-hand", kind="tcp")
    out = apply(tmp_path, {"version": 1, "checks": {}})
    assert "- checks.page" in out
    assert [check.name for check in Check.objects.all()] == ["by hand"]
    assert Threshold.objects.count() == 1  # a section that is not named is left alone


def test_a_stored_secret_stays_where_its_variable_is_not_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"url": "http://127.0.0.1:1/", "bearer_token": "env:OPS_URL"}
    apply(tmp_path, with_check(settings=settings))
    monkeypatch.delenv("OPS_URL")
    assert "already" in apply(tmp_path, with_check(settings=settings))
    assert full_settings(Check.objects.get())["bearer_token"] == "http://127.0.0.1:1/s3cret"


def test_a_schedule_is_set(tmp_path: Path) -> None:
    ensure_schedules()
    schedules = {"Send the canary": {"every_seconds": 20, "enabled": True}}
    out = apply(tmp_path, {"version": 1, "schedules": schedules})
    assert "every_seconds: 10 → 20" in out
