"""Every response is stamped, every request timed, whatever becomes of it."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from django.core.handlers.asgi import ASGIHandler
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import AsyncClient, AsyncRequestFactory, Client, override_settings
from django.urls import path, re_path

from monitoring import middleware, traffic
from tests.traffic.memory_writer import MemoryWriter

# Django closes old connections at the end of a request.
pytestmark = pytest.mark.django_db
writer = MemoryWriter()


def _fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a bug in a view")


def _missing(request: HttpRequest) -> HttpResponse:
    raise Http404


def _chunks(count: int) -> Iterator[bytes]:
    for number in range(count):
        if number == 3:
            raise RuntimeError("the source broke")
        yield b"x"


def _events(request: Any) -> StreamingHttpResponse:
    async def events() -> AsyncIterator[bytes]:
        yield b"event"
        request.scope["hang_up"]()
        await asyncio.Event().wait()

    return StreamingHttpResponse(events())


async def _endless(request: Any) -> HttpResponse:
    request.scope["hang_up"]()
    await asyncio.Event().wait()
    return HttpResponse("never")


async def _async_chunks() -> AsyncIterator[bytes]:
    for _ in range(3):
        yield b"x"


def _own_timing(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", headers={"Server-Timing": "db;dur=1.5"})


async def _async_view(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [
    path("ok/<int:number>/", lambda request, number: HttpResponse("ok")),
    re_path(r"^raw/(?P<name>\w+)/?$", lambda request, name: HttpResponse("ok")),
    path("fail/", _fail),
    path("missing/", _missing),
    path("own/", _own_timing),
    path("stream/<int:count>/", lambda request, count: StreamingHttpResponse(_chunks(count))),
    path("astream/", lambda request: StreamingHttpResponse(_async_chunks())),
    path("async/", _async_view),
    path("events/", _events),
    path("endless/", _endless),
    path("excluded/", lambda request: HttpResponse("ok")),
]


@pytest.fixture(autouse=True)
def recorder(monkeypatch: pytest.MonkeyPatch) -> Iterator[traffic.Recorder]:
    writer.points.clear()
    made = traffic.Recorder(lambda: writer, {"service": "s", "host": "h"}, 3600)
    monkeypatch.setattr(middleware, "process_recorder", lambda: made)
    chain = ["monitoring.middleware.TrafficMiddleware", "django.middleware.common.CommonMiddleware"]
    with override_settings(
        ROOT_URLCONF=__name__, MIDDLEWARE=chain, TRAFFIC={"EXCLUDE": [r"^/excluded/"]}
    ):
        yield made


@pytest.fixture
def counted(recorder: traffic.Recorder) -> Callable[[], dict[tuple[str, str, str], int]]:
    def flush() -> dict[tuple[str, str, str], int]:
        recorder.flush()
        return writer.counts()

    return flush


Counted = Callable[[], dict[tuple[str, str, str], int]]


def _get(address: str) -> Any:
    return Client(raise_request_exception=False).get(address)


def test_a_view_that_raises_counts_as_an_error(counted: Counted) -> None:
    response = _get("/fail/")
    assert (response.status_code, counted()) == (500, {("/fail/", "GET", "5xx"): 1})
    assert float(response["X-Response-Time-ms"]) >= 0


def test_a_stream_that_breaks_counts_as_an_error(counted: Counted) -> None:
    response = _get("/stream/9/")
    with pytest.raises(RuntimeError):
        b"".join(response.streaming_content)
    assert counted() == {("/stream/<int:count>/", "GET", "5xx"): 1}


def test_a_stream_that_nobody_reads_counts_when_it_is_closed(counted: Counted) -> None:
    response = _get("/stream/2/")
    assert counted() == {}
    response.close()
    assert counted() == {("/stream/<int:count>/", "GET", "2xx"): 1}


def test_a_stream_counts_once_at_its_last_byte(counted: Counted) -> None:
    response = _get("/stream/2/")
    assert b"".join(response.streaming_content) == b"xx"
    response.close()
    assert counted() == {("/stream/<int:count>/", "GET", "2xx"): 1}


def test_client_errors_are_counted_apart(counted: Counted) -> None:
    _get("/missing/")
    _get("/nowhere/at/all/")
    assert counted() == {("/missing/", "GET", "4xx"): 1, ("(no route)", "GET", "4xx"): 1}


def test_the_route_is_the_pattern_and_never_the_path(counted: Counted) -> None:
    for number in range(50):
        _get(f"/ok/{number}/")
    Client().post("/raw/anything")
    assert counted() == {
        ("/ok/<int:number>/", "GET", "2xx"): 50,
        ("/raw/<name>/", "POST", "2xx"): 1,
    }


def test_an_excluded_path_is_stamped_and_not_counted(counted: Counted) -> None:
    response = _get("/excluded/")
    assert response["Server-Timing"].startswith("total;dur=")
    assert counted() == {}


def test_the_applications_own_timings_stay(counted: Counted) -> None:
    header = _get("/own/")["Server-Timing"]
    assert header.startswith("db;dur=1.5, total;dur=")


async def _ask_and_go_away(address: str) -> None:
    """The view tells when its client goes away."""
    arrived: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    arrived.put_nowait({"type": "http.request", "body": b""})

    async def send(message: Any) -> None:
        pass

    scope = {
        **AsyncRequestFactory()._base_scope(path=address),  # type: ignore[attr-defined]
        "headers": [(b"host", b"testserver")],
        "hang_up": lambda: arrived.put_nowait({"type": "http.disconnect"}),
    }
    async with asyncio.timeout(10):
        await ASGIHandler()(scope, arrived.get, send)


def test_a_client_that_goes_away_is_no_error_of_the_servers(counted: Counted) -> None:
    asyncio.run(_ask_and_go_away("/endless/"))
    asyncio.run(_ask_and_go_away("/events/"))
    assert counted() == {("/endless/", "GET", "4xx"): 1, ("/events/", "GET", "2xx"): 1}


def test_two_handlers_of_a_process_write_one_point(monkeypatch: pytest.MonkeyPatch) -> None:
    process_recorder = functools.cache(traffic.process_recorder.__wrapped__)
    monkeypatch.setattr(middleware, "process_recorder", process_recorder)
    with override_settings(TRAFFIC={"WRITER": "tests.traffic.memory_writer.MemoryWriter"}):
        for _ in range(2):
            Client().get("/ok/1/")  # a handler each
    recorder = process_recorder()
    recorder.flush()
    (point,) = recorder._writer.points  # type: ignore[attr-defined]
    assert point.value.count == 2


def test_an_async_application_is_timed_without_a_thread(counted: Counted) -> None:
    async def ask() -> list[Any]:
        client = AsyncClient(raise_request_exception=False)
        streamed: Any = await client.get("/astream/")
        chunks = [chunk async for chunk in streamed.streaming_content]
        return [await client.get("/async/"), await client.get("/fail/"), chunks]

    answered, failed, chunks = asyncio.run(ask())
    assert (answered.status_code, failed.status_code, b"".join(chunks)) == (200, 500, b"xxx")
    assert answered["X-Response-Time-ms"]
    assert counted() == {
        ("/async/", "GET", "2xx"): 1,
        ("/fail/", "GET", "5xx"): 1,
        ("/astream/", "GET", "2xx"): 1,
    }
    assert middleware.TrafficMiddleware.async_capable  # type: ignore[attr-defined]
