"""Tradier and Alpaca: their market clock is asked with the credentials."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from monitoring.editing import save_check
from monitoring.models import Check
from monitoring.probes.base import Reason, Status
from monitoring.probes.presets import PRESETS, Preset
from monitoring.probes.registry import build
from monitoring.trial import try_probe
from opsportal.setup.checks import ALPACA_HEADERS
from opsportal.setup.topics.base import Question, RefusedError, Topic

TIMEOUT_SECONDS = 10.0


class MarketTopic(Topic):
    """Fills the check that set-up has made, and turns it on."""

    slug: ClassVar[str]

    def already(self) -> str:
        check = Check.objects.filter(slug=self.slug).exclude(secrets="").first()
        return f"the check “{check.name}” has credentials; edit it in the admin" if check else ""

    def test(self, answers: Mapping[str, str]) -> str:
        preset = self.preset(answers)
        given = {**preset.settings, **self.credentials(answers)}
        trial = try_probe(build(preset.kind, given), given, TIMEOUT_SECONDS)
        # Rejected credentials are no outage, but they are of no use, either.
        if trial.result.status != Status.UP and trial.result.reason != Reason.SLOW:
            raise RefusedError(trial.message)
        return trial.message

    def keep(self, answers: Mapping[str, str]) -> str:
        preset = self.preset(answers)
        check = Check.objects.filter(slug=self.slug).first() or Check(name=self.title)
        check.kind, check.enabled = preset.kind, True
        save_check(check, {**preset.settings, **self.credentials(answers)})
        return f"check {check.name}, every {check.interval_seconds} s"

    def preset(self, answers: Mapping[str, str]) -> Preset:
        return PRESETS[self.slug]

    @abstractmethod
    def credentials(self, answers: Mapping[str, str]) -> dict[str, Any]:
        """Settings of the check, secrets among them."""


class TradierTopic(MarketTopic):
    slug, title = "tradier", "Tradier"
    questions = (Question("token", "Access token", True),)

    def credentials(self, answers: Mapping[str, str]) -> dict[str, Any]:
        return {"bearer_token": answers["token"]}


class AlpacaTopic(MarketTopic):
    slug, title = "alpaca", "Alpaca"
    questions = (Question("key_id", "Key id"), Question("secret_key", "Secret key", True))

    def preset(self, answers: Mapping[str, str]) -> Preset:
        """Keys of paper trading begin with PK, and are good for its host alone."""
        is_paper = answers["key_id"].startswith("PK")
        return PRESETS["alpaca-paper" if is_paper else "alpaca"]

    def credentials(self, answers: Mapping[str, str]) -> dict[str, Any]:
        values = (answers["key_id"], answers["secret_key"])
        return {"secret_headers": dict(zip(ALPACA_HEADERS, values, strict=True))}
