"""The kinds of a swappable thing by name. The module of each is imported when it is first used: it
brings a library along, and most portals use one or two."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Generic, TypeVar

from opsportal.lib.kinds import Configured, SettingsError

K = TypeVar("K", bound=Configured)


class Registry(Generic[K]):
    """`places`: by its name, the module of a kind within `package`, a dot, and its class."""

    def __init__(self, package: str, places: Mapping[str, str]) -> None:
        self._package, self._places = package, places
        self._loaded: dict[str, type[K]] = {}

    def kind_named(self, name: str) -> type[K]:
        """Raises SettingsError, for "kind"."""
        if name not in self._places:
            raise SettingsError({"kind": f"must be one of {', '.join(self._places)}"})
        if name not in self._loaded:
            module, _, cls = self._places[name].partition(".")
            self._loaded[name] = getattr(import_module(f"{self._package}.{module}"), cls)
        return self._loaded[name]

    def build(self, name: str, settings: Mapping[str, Any]) -> K:
        """Raises SettingsError; of an unknown kind, for "kind"."""
        return self.kind_named(name).from_settings(settings)
