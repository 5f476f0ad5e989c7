"""Every way to open a list, and what each takes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benchmarks.admin.filling import EVERYWHERE, NOWHERE, ONCE

TIMES = 3
# Of a filter with more choices than these the last are left out.
MOST_CHOICES = 30


def looks(wanted: Sequence[str] = ()) -> Iterator[tuple[str, str, str, str]]:
    """Address, how it is opened, ms, queries; of `wanted` addresses alone where some are given."""
    client = Client()
    client.force_login(User.objects.get(is_superuser=True))
    lists = [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in admin.site._registry
    ]
    for address in ["/admin/", *lists]:
        if wanted and not any(each in address for each in wanted):
            continue
        for way, query in _ways(client, address):
            taken = [_look(client, address + query) for _ in range(TIMES)]
            spent_ms = statistics.median(each[0] for each in taken)
            yield address, way, f"{spent_ms:.1f}", str(max(each[1] for each in taken))


def _ways(client: Client, address: str) -> Iterator[tuple[str, str]]:
    """What it is called, and the query in the address."""
    yield "plain", ""
    opened: Any = client.get(address)
    changes = (opened.context_data or {}).get("cl")
    if changes is None:
        return
    for spec in changes.filter_specs:
        for choice in list(spec.choices(changes))[1 : MOST_CHOICES + 1]:
            yield f"{spec.title}: {choice['display']}", choice["query_string"]
    if changes.search_fields:
        yield from ((f"search: {text}", f"?q={text}") for text in (NOWHERE, ONCE, EVERYWHERE))
    for place, name in enumerate(changes.list_display):
        if changes.get_ordering_field(name) and _may_sort(changes, name):
            yield from ((f"by {name} {sign}", f"?o={sign}{place}") for sign in ("", "-"))
    pages = changes.paginator.num_pages
    yield from ((f"page {each}", f"?p={each}") for each in {2, pages} if 1 < each <= pages)


def _may_sort(changes: Any, name: str) -> bool:
    return changes.sortable_by is None or name in changes.sortable_by


def _look(client: Client, address: str) -> tuple[float, int]:
    with CaptureQueriesContext(connection) as queries:
        started = time.perf_counter()
        response = client.get(address)
        spent_ms = (time.perf_counter() - started) * 1000
    assert response.status_code == 200, (address, response.status_code)
    return spent_ms, len(queries)
