"""Which of what an admin page shows is managed by a file."""

from __future__ import annotations

from django.apps import apps
from django.db.models import Model
from django.http import HttpRequest

from opsportal.configuration.registry import SECTIONS
from opsportal.models import ManagedObject

MOST_NAMES = 20


def section_of(model: type[Model] | None) -> str | None:
    return next((name for name, each in SECTIONS.items() if each.model is model), None)


def managed_note(request: HttpRequest) -> str:
    """In words, for the admin's list and form of a model; "" where no file manages anything."""
    match = request.resolver_match
    app, _, rest = (match.url_name or "" if match else "").partition("_")
    model_name, _, page = rest.rpartition("_")
    if page not in ("changelist", "change"):
        return ""
    try:
        model = apps.get_model(app, model_name)
    except LookupError:
        return ""
    section = section_of(model)
    if section is None:
        return ""
    pk = match.kwargs.get("object_id") if match and page == "change" else None
    return _of_one(model, section, str(pk)) if pk else _of_all(section)


def _of_one(model: type[Model], section: str, pk: str) -> str:
    names = (
        model._default_manager.filter(pk=pk) if pk.isdecimal() else model._default_manager.none()
    )
    managed = ManagedObject.objects.filter(
        section=section, name__in=names.values_list("name", flat=True)
    ).first()
    if managed is None:
        return ""
    return (
        f"This is managed by the file {managed.file}. A change made here lasts until the file is "
        "applied again: change it there."
    )


def _of_all(section: str) -> str:
    found = list(ManagedObject.objects.filter(section=section).order_by("file", "name"))
    if not found:
        return ""
    names = ", ".join(each.name for each in found[:MOST_NAMES])
    more = f" and {len(found) - MOST_NAMES} more" if len(found) > MOST_NAMES else ""
    files = ", ".join(sorted({each.file for each in found}))
    return f"Managed by {files}: {names}{more}."
