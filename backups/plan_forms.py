"""The form of a plan: its own fields, those of its source, and those of one place of each kind."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from backups.destinations import registry as destinations
from backups.destinations.base import Destination
from backups.editing import masked_place, masked_source
from backups.models import Plan, PlanDestination
from backups.plan_saving import DESTINATIONS, SOURCE, PartError, try_in_parts, wrong_with
from backups.sources.registry import kind_named
from monitoring.setting_fields import PREFIX, complain, filled_in, given_settings, setting_fields
from opsportal.lib.kinds import is_required, settings_of

if TYPE_CHECKING:  # Django's class takes no parameter when it runs
    PlanFormBase = forms.ModelForm[Plan]
else:
    PlanFormBase = forms.ModelForm

OWN = (
    *("name", "enabled", "cron", "time_zone", "verify", "verify_every", "compression_level"),
    *("compression_threads", "recipients", "lock_timeout_seconds"),
    *("keep_days", "keep_daily", "keep_weekly", "keep_monthly", "keep_yearly"),
)


def place_field(kind: str, setting: str) -> str:
    return f"to_{kind}_{setting}"


class PlanForm(PlanFormBase):
    """`source` and `places` are there when the form is valid; the admin saves them."""

    of_kind: ClassVar[str]
    source: dict[str, Any]
    places: list[dict[str, Any]]

    # For the view, which chooses the form by it; what it says here is not read.
    kind = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Plan
        fields = OWN

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.instance.source_kind = self.of_kind
        rows = list(self.instance.destinations.all()) if self.instance.pk else []
        # The first of each kind is edited here; of several, the others stay as they are.
        self.rows = {row.kind: row for row in reversed(rows)}
        self.others = [row for row in rows if self.rows[row.kind] != row]
        if self.instance.pk:
            for name, value in masked_source(self.instance).items():
                self.initial[f"{PREFIX}{name}"] = value
        for kind, row in self.rows.items():
            for name, value in masked_place(row).items():
                self.initial[place_field(kind, name)] = value

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.source = given_settings(cleaned, kind_named(self.of_kind))
        used = [self._place(kind, cleaned) for kind in destinations.KINDS.values()]
        self.places = [*map(_as_given, self.others), *(place for place in used if place)]
        if not self.places:
            self.add_error(None, "At least one destination is needed: a directory, or a bucket.")
        return cleaned

    def _place(self, kind: type[Destination], cleaned: Mapping[str, Any]) -> dict[str, Any] | None:
        """None where it is not used: what it cannot do without is empty."""
        fields = {each.name: place_field(kind.name, each.name) for each in settings_of(kind)}
        given = filled_in(cleaned, fields)
        needed = [each.name for each in settings_of(kind) if is_required(each)]
        changed = any(given.get(name) and f in self.changed_data for name, f in fields.items())
        is_emptied = kind.name in self.rows or not changed
        if is_emptied and not any(given.get(name) for name in needed):
            return None
        place = {"kind": kind.name, **given}
        for name, words in wrong_with(place).items():
            complain(self, fields.get(name), words)
        return place

    def _post_clean(self) -> None:
        """What saving would say is asked now, while there is a page to say it on."""
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        try:
            try_in_parts(self.instance, self.source, self.places)
        except PartError as error:
            for name, words in error.errors.items():
                for field in self._fields_of(error.part, name):
                    complain(self, field, words)

    def _fields_of(self, part: str, name: str) -> list[str | None]:
        if part == SOURCE:
            return [f"{PREFIX}{name}"]
        if part == DESTINATIONS:
            fields = [place_field(place["kind"], name) for place in self.places]
            return [field for field in fields if field in self.fields] or [None]
        return [name]


def _as_given(row: PlanDestination) -> dict[str, Any]:
    return {"kind": row.kind, **masked_place(row)}


@cache
def form_for(kind: str) -> type[PlanForm]:
    """Raises SettingsError."""
    fields: dict[str, Any] = {**setting_fields(kind_named(kind)), "of_kind": kind}
    for place in destinations.KINDS.values():
        for name, field in setting_fields(place).items():
            # Each of them may be left out; that one is there, the whole form sees to.
            field.required = False
            fields[place_field(place.name, name.removeprefix(PREFIX))] = field
    return type(f"{kind.title()}PlanForm", (PlanForm,), fields)
