"""A model of Healthchecks, which no package index has: a plain Django project whose ping view
does in the database what Healthchecks' does.

A check by its code; in one transaction the check again, locked, all its columns updated, a ping
inserted; every hundredth ping older ones deleted. With Django's usual middleware, and a connection
to the database for each request, as Healthchecks has it by default, or a persistent one. What is
left out (flips, keywords in bodies, bodies in S3) makes the model quicker than the original.
"""
# ruff: noqa: DJ001, DJ008  (the columns are Healthchecks')

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

CHECKS = 1000
_KEPT_PINGS = 100
_MIDDLEWARE = (
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
)


def application() -> Callable[..., Any]:
    """Granian calls it in its worker."""
    import dj_database_url
    import django
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler

    database = dj_database_url.parse(os.environ["DATABASE_URL"])
    database["NAME"], database["CONN_MAX_AGE"] = "peer", int(os.environ["CONN_MAX_AGE"])
    settings.configure(
        ALLOWED_HOSTS=["*"],
        SECRET_KEY="only-for-benchmarks",
        DATABASES={"default": database},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
        MIDDLEWARE=_MIDDLEWARE,
        USE_TZ=True,
    )
    django.setup()
    view = _ping_view()
    from django.urls import path

    settings.ROOT_URLCONF = (path("ping/<uuid:code>", view),)
    return WSGIHandler()


def _models() -> tuple[Any, Any]:
    from django.db import models

    class Check(models.Model):
        """As many columns as Healthchecks' own, of the same types."""

        name = models.CharField(max_length=100)
        slug = models.CharField(max_length=100)
        tags = models.CharField(max_length=500, default="")
        code = models.UUIDField(unique=True)
        desc = models.TextField(default="")
        project_id = models.IntegerField(default=1)
        created = models.DateTimeField(auto_now_add=True)
        kind = models.CharField(max_length=10, default="simple")
        timeout = models.DurationField(default=timedelta(days=1))
        grace = models.DurationField(default=timedelta(hours=1))
        schedule = models.CharField(max_length=100, default="* * * * *")
        tz = models.CharField(max_length=36, default="UTC")
        filter_subject = models.BooleanField(default=False)
        filter_body = models.BooleanField(default=False)
        start_kw = models.CharField(max_length=200, default="")
        success_kw = models.CharField(max_length=200, default="")
        failure_kw = models.CharField(max_length=200, default="")
        methods = models.CharField(max_length=30, default="")
        manual_resume = models.BooleanField(default=False)
        n_pings = models.IntegerField(default=0)
        last_ping = models.DateTimeField(null=True)
        last_start = models.DateTimeField(null=True)
        last_start_rid = models.UUIDField(null=True)
        last_duration = models.DurationField(null=True)
        has_confirmation_link = models.BooleanField(default=False)
        alert_after = models.DateTimeField(null=True)
        status = models.CharField(max_length=6, default="new")

        class Meta:
            app_label = "peer"
            indexes = (
                models.Index(
                    fields=["alert_after"], name="alert_after", condition=~models.Q(status="down")
                ),
            )

    class Ping(models.Model):
        n = models.IntegerField()
        owner = models.ForeignKey(Check, models.CASCADE)
        created = models.DateTimeField()
        kind = models.CharField(max_length=6, null=True)
        scheme = models.CharField(max_length=10)
        remote_addr = models.GenericIPAddressField(null=True)
        method = models.CharField(max_length=10)
        ua = models.CharField(max_length=200)
        body_raw = models.BinaryField(null=True)
        object_size = models.IntegerField(null=True)
        exitstatus = models.SmallIntegerField(null=True)
        rid = models.UUIDField(null=True)

        class Meta:
            app_label = "peer"

    return Check, Ping


def _ping_view() -> Callable[..., Any]:
    from django.db import connection, transaction
    from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
    from django.utils.timezone import now
    from django.views.decorators.cache import never_cache
    from django.views.decorators.csrf import csrf_exempt

    checks, pings = _models()
    if "peer_check" not in connection.introspection.table_names():
        with connection.schema_editor() as editor:
            editor.create_model(checks)
            editor.create_model(pings)
        checks.objects.bulk_create(
            checks(name=f"job-{number}", slug=f"job-{number}", code=uuid.UUID(int=number))
            for number in range(CHECKS)
        )
    connection.close()

    def recorded(check: Any, headers: dict[str, Any], body: bytes) -> None:
        check.last_ping = now()
        check.last_duration, check.status = None, "up"
        check.alert_after = check.last_ping + check.timeout + check.grace
        check.n_pings += 1
        check.has_confirmation_link = b"confirm" in body.lower()
        check.save()
        pings.objects.create(
            owner=check,
            n=check.n_pings,
            created=check.last_ping,
            scheme=headers.get("HTTP_X_FORWARDED_PROTO", "http"),
            remote_addr=headers["REMOTE_ADDR"],
            method=headers["REQUEST_METHOD"],
            ua=headers.get("HTTP_USER_AGENT", "")[:200],
            body_raw=body,
        )
        if check.n_pings % 100 == 0:
            pings.objects.filter(owner=check, n__lte=check.n_pings - _KEPT_PINGS).delete()

    @csrf_exempt
    @never_cache
    def ping(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
        check = checks.objects.filter(code=code).first()
        if check is None:
            return HttpResponseNotFound("not found")
        with transaction.atomic():
            locked = checks.objects.select_for_update().get(pk=check.pk)
            recorded(locked, request.META, request.body)
        return HttpResponse("OK", headers={"Access-Control-Allow-Origin": "*"})

    return ping
