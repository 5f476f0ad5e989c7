r"""Routes as people read them: `^reports/(?P<kind>weekly|monthly)/?$` is `/reports/<kind>/`."""

from __future__ import annotations

import functools
import re

from django.contrib.admindocs.utils import (  # type: ignore[attr-defined]
    replace_metacharacters,
    replace_named_groups,
    replace_unnamed_groups,
)

NO_ROUTE = "(no route)"
OTHER_ROUTE = "(other)"
# What path() hardly has: such a route is a regular expression, or part of it is.
_REGULAR = re.compile(r"\^|\\|\(\?|/\?$|\$$")
_NOT_CAPTURED = re.compile(r"\(\?:([^()]*)\)")
_CUT_OFF = re.compile(r"\(\?P(<\w+>).*")
_ESCAPED = re.compile(r"\\(\W)")


@functools.lru_cache(maxsize=2048)
def readable(pattern: str) -> str:
    """With a slash in front. What is readable already comes back as it is, and so does what no
    reader of patterns understands."""
    if pattern in (NO_ROUTE, OTHER_ROUTE):
        return pattern
    path = pattern if pattern.startswith("/") else f"/{pattern}"
    return _simplified(path) if _REGULAR.search(path) else path


def _simplified(path: str) -> str:
    path = replace_named_groups(path)
    path = _NOT_CAPTURED.sub(r"\1", path)
    # The label of an older series may end within a group.
    path = _CUT_OFF.sub("\\1\N{HORIZONTAL ELLIPSIS}", path)
    if "(" in path:
        path = replace_unnamed_groups(path)
    return _ESCAPED.sub(r"\1", replace_metacharacters(path))
