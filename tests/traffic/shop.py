"""A tiny Django project that is not the portal: it has the middleware and pushes to a portal."""

import os

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(
    SECRET_KEY="shop",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=["monitoring.middleware.TrafficMiddleware"],
    TRAFFIC={
        "SERVICE": "shop",
        "WRITER": "monitoring.push.PushWriter",
        "URL": os.environ["PORTAL_URL"],
        "TOKEN": os.environ["PORTAL_TOKEN"],
        "FLUSH_SECONDS": float(os.environ.get("FLUSH_SECONDS", "3600")),
    },
)
django.setup()


def item(request: HttpRequest, number: int) -> HttpResponse:
    return HttpResponse(f"{os.getpid()}")


urlpatterns = [path("item/<int:number>/", item)]
application = get_wsgi_application()
