"""Threads and connections of Django's own requests, which begin a thread each.

Where the test holds a transaction they use the test's, to see its rows; elsewhere
they have their own, as behind a server, and leave no connection open.
"""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.handlers.asgi import ASGIHandler
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponse
from django.test import (
    SimpleTestCase,
    TestCase,
    TransactionTestCase,
    override_settings,
)
from django.urls import path

from asgilab.testing import HttpCommunicator
from chat.models import Room

BOTH = threading.Barrier(2)


def make(request: HttpRequest) -> HttpResponse:
    """Make a room, and answer with the number of rooms."""
    Room.objects.create(name=f"room {Room.objects.count()}")
    return HttpResponse(str(Room.objects.count()))


async def make_asynchronously(request: HttpRequest) -> HttpResponse:
    """Do the same the asynchronous way."""
    await Room.objects.acreate(name=f"room {await Room.objects.acount()}")
    return HttpResponse(str(await Room.objects.acount()))


def meet(request: HttpRequest) -> HttpResponse:
    """Answer once another request is in here, too."""
    BOTH.wait(timeout=10)
    return HttpResponse(str(threading.get_ident()))


urlpatterns = [
    path("sync/", make),
    path("async/", make_asynchronously),
    path("meet/", meet),
]


async def ask(path: str) -> bytes:
    communicator = HttpCommunicator(ASGIHandler(), "GET", path)
    response = await communicator.get_response(timeout=20)
    assert response["status"] == 200
    await communicator.wait(timeout=20)  # until its thread has done its part
    return response["body"]


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, set[int]]]:
    """The threads that made a connection, and those that closed theirs."""
    seen: dict[str, set[int]] = {"made": set(), "closed": set()}
    kind = BaseDatabaseWrapper
    closing = kind.close

    def close(self: Any) -> None:
        seen["closed"].add(threading.get_ident())
        closing(self)

    def made(**_: Any) -> None:
        seen["made"].add(threading.get_ident())

    monkeypatch.setattr(kind, "close", close)
    connection_created.connect(made)
    yield seen
    connection_created.disconnect(made)


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.django_db(transaction=True)
def test_each_thread_of_a_request_closes_its_connection(
    kind: str, threads: dict[str, set[int]]
) -> None:
    async def twice() -> list[bytes]:
        return [await ask(f"/{kind}/"), await ask(f"/{kind}/")]

    assert asyncio.run(twice()) == [b"1", b"2"]
    others = threads["made"] - {threading.get_ident()}
    assert len(others) >= 1
    assert others <= threads["closed"]


@override_settings(ROOT_URLCONF=__name__)
class InATestCase(TestCase):
    """Inside the transaction of ``TestCase``, which the main thread holds."""

    async def test_its_rows_are_seen(self) -> None:
        await Room.objects.acreate(name="red")
        assert await ask("/sync/") == b"2"
        assert await ask("/async/") == b"3"
        assert await Room.objects.acount() == 3


@override_settings(ROOT_URLCONF=__name__)
class InATransactionTestCase(TransactionTestCase):
    """Where rows are committed."""

    async def test_rows_are_seen_by_both(self) -> None:
        await Room.objects.acreate(name="red")
        assert await ask("/sync/") == b"2"
        assert await ask("/async/") == b"3"
        assert await Room.objects.acount() == 3


@override_settings(ROOT_URLCONF=__name__)
class InASimpleTestCase(SimpleTestCase):
    """Where nothing is shared."""

    async def test_two_requests_run_at_once(self) -> None:
        both = await asyncio.gather(ask("/meet/"), ask("/meet/"))
        assert len(set(both)) == 2
