"""Open connections are found and closed in whichever thread they are."""

import asyncio
import os
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import SynchronousOnlyOperation
from django.db import connection, connections

from asgilab.django import Relocated, _live_connections
from asgilab.django._live_connections import (
    beside_a_loop,
    closing_new_connections,
    disconnect,
    open_connections,
)
from chat.models import Room

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def worker() -> Iterator[ThreadPoolExecutor]:
    """Return a thread whose connection is its own and may be closed."""
    with Relocated(), ThreadPoolExecutor(1) as pool:
        yield pool


def wrapper_of(worker: ThreadPoolExecutor) -> object:
    return worker.submit(lambda: connections["default"]).result()


def test_a_connection_of_another_thread_is_found(worker: ThreadPoolExecutor) -> None:
    worker.submit(Room.objects.count).result()
    assert wrapper_of(worker) in open_connections()
    assert wrapper_of(worker) in open_connections("default")
    assert wrapper_of(worker) not in open_connections("another")


def test_a_connection_that_is_older_than_this_package_is_found(
    worker: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker.submit(Room.objects.count).result()
    monkeypatch.setattr(_live_connections, "_seen", weakref.WeakSet())
    monkeypatch.setattr(_live_connections, "_complete", False)
    assert wrapper_of(worker) in open_connections()


def test_a_closed_connection_is_not_among_the_open_ones(
    worker: ThreadPoolExecutor,
) -> None:
    worker.submit(Room.objects.count).result()
    worker.submit(connections.close_all).result()
    assert wrapper_of(worker) not in open_connections()


def test_a_thread_connects_anew_after_it_was_disconnected_from_outside(
    worker: ThreadPoolExecutor,
) -> None:
    worker.submit(Room.objects.count).result()
    (wrapper,) = set(open_connections()) - {connections["default"]}
    disconnect(wrapper)
    assert wrapper.connection is None
    assert worker.submit(Room.objects.count).result() == 0


def test_only_what_other_threads_opened_meanwhile_is_closed(
    worker: ThreadPoolExecutor,
) -> None:
    with ThreadPoolExecutor(1) as earlier:
        earlier.submit(Room.objects.count).result()
        with closing_new_connections():
            worker.submit(Room.objects.count).result()
            connection.close()
            Room.objects.count()
        assert wrapper_of(worker) not in open_connections()
        assert wrapper_of(earlier) in open_connections()
        assert connections["default"] in open_connections()


async def test_beside_a_running_loop_the_database_can_be_used() -> None:
    with Relocated():
        with pytest.raises(SynchronousOnlyOperation):
            Room.objects.count()
        with beside_a_loop():
            assert Room.objects.count() == 0
        with pytest.raises(SynchronousOnlyOperation):
            Room.objects.count()


def test_what_the_environment_says_already_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def look() -> None:
        with beside_a_loop():
            assert os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] == "true"

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "yes")
    asyncio.run(look())
    assert os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] == "yes"


def test_without_a_loop_nothing_is_allowed() -> None:
    with beside_a_loop():
        assert "DJANGO_ALLOW_ASYNC_UNSAFE" not in os.environ
