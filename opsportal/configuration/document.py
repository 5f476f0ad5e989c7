"""The file: YAML with a version and sections, each an object of items by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from opsportal.configuration.errors import ConfigurationError

VERSION = 1
Items = dict[str, dict[str, Any]]
Document = dict[str, Items]


class _Loader(yaml.SafeLoader):
    """Refuses a name given twice: YAML's own reader drops the first in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                line = key.start_mark.line + 1
                raise ConfigurationError([f"line {line}: {key.value} is given twice"])
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def parse(text: str, known: frozenset[str]) -> Document:
    """Raises ConfigurationError. Sections that are not given are not in the result."""
    try:
        found = yaml.load(text, _Loader)  # noqa: S506  (a SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        if isinstance(error, ConfigurationError):
            raise
        raise ConfigurationError([f"not YAML: {' '.join(str(error).split())[:300]}"]) from None
    if not isinstance(found, Mapping):
        raise ConfigurationError(["the file must be an object with a version and sections"])
    if found.get("version") != VERSION:
        raise ConfigurationError([f"version: must be {VERSION}"])
    sections = {name: items for name, items in found.items() if name != "version"}
    return {name: _items(name, items, known) for name, items in sections.items()}


def _items(section: Any, items: Any, known: frozenset[str]) -> Items:
    if section not in known:
        raise ConfigurationError(
            [f"{section}: no such section; there are {', '.join(sorted(known))}"]
        )
    if items is None:
        return {}
    if not isinstance(items, Mapping):
        raise ConfigurationError([f"{section}: must be an object of items by name"])
    return {str(name): _item(f"{section}.{name}", item) for name, item in items.items()}


def _item(where: str, item: Any) -> dict[str, Any]:
    if not isinstance(item, Mapping):
        raise ConfigurationError([f"{where}: must be an object"])
    if "name" in item:
        raise ConfigurationError([f"{where}.name: the name is already given by the item's own key"])
    return {str(name): value for name, value in item.items()}


def written(document: Document, heading: str = "") -> str:
    comment = "".join(f"# {line}\n" for line in heading.splitlines())
    body = yaml.safe_dump(
        {"version": VERSION, **document}, sort_keys=False, allow_unicode=True, width=100
    )
    return comment + body
