"""Every preset is a check that works once its secrets are filled in."""

import pytest

from monitoring.probes.presets import PRESETS, Preset
from monitoring.probes.registry import build, kind_named
from opsportal.lib.kinds import secret_names, settings_of


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_its_settings_are_accepted_as_they_stand(preset: Preset) -> None:
    assert build(preset.kind, preset.settings).label


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_what_has_to_be_filled_in_is_a_setting_of_its_kind(preset: Preset) -> None:
    assert set(preset.needs) <= {each.name for each in settings_of(kind_named(preset.kind))}


def test_credentials_of_brokers_are_secrets() -> None:
    for name in ("tradier", "alpaca", "alpaca-paper"):
        preset = PRESETS[name]
        assert set(preset.needs) <= secret_names(kind_named(preset.kind))
