"""Whose database connections an application uses while a communicator drives it."""

import asyncio
import inspect
from typing import Any
from unittest import mock

import channels.consumer
import channels.db
import django.db
import pytest
from asgiref.sync import async_to_sync, sync_to_async
from channels.db import database_sync_to_async
from channels.generic.websocket import (
    AsyncJsonWebsocketConsumer,
    JsonWebsocketConsumer,
)
from django.core.signals import request_finished
from django.db import close_old_connections, connection, connections
from django.test import TestCase, TransactionTestCase

from asgilab.testing import WebsocketCommunicator
from chat.models import Room


class AsyncRooms(AsyncJsonWebsocketConsumer):
    """Makes the room it is told and answers with all names."""

    async def receive_json(self, content: Any, **_: Any) -> None:
        await Room.objects.acreate(name=content)
        await self.send_json(await self.names())

    @database_sync_to_async
    def names(self) -> list[str]:
        return list(Room.objects.values_list("name", flat=True))


class SyncRooms(JsonWebsocketConsumer):
    """The same, the synchronous way."""

    def receive_json(self, content: Any, **_: Any) -> None:
        Room.objects.create(name=content)
        self.send_json(list(Room.objects.values_list("name", flat=True)))


class ConnectionOfTheThread(AsyncJsonWebsocketConsumer):
    """Answers with the identity of its raw database connection."""

    async def receive_json(self, content: Any, **_: Any) -> None:
        await self.send_json(await sync_to_async(raw_connection)())


def raw_connection() -> int:
    connection.ensure_connection()
    return id(connection.connection)


async def ask(communicator: WebsocketCommunicator, text: str) -> Any:
    await communicator.send_json_to(text)
    return await communicator.receive_json_from()


async def connected(consumer: Any) -> WebsocketCommunicator:
    communicator = WebsocketCommunicator(consumer.as_asgi(), "/")
    assert await communicator.connect() == (True, None)
    return communicator


consumers = pytest.mark.parametrize("consumer", [AsyncRooms, SyncRooms])


@consumers
@pytest.mark.django_db
async def test_rows_of_the_tests_open_transaction_are_seen(consumer: Any) -> None:
    communicator = await connected(consumer)
    assert await ask(communicator, "blue") == ["blue"]
    await communicator.disconnect()


@pytest.fixture
def red_room(db: None) -> Room:
    return Room.objects.create(name="red")


@consumers
async def test_a_fixtures_rows_and_the_applications_meet(
    consumer: Any, red_room: Room
) -> None:
    communicator = await connected(consumer)
    assert await ask(communicator, "blue") == ["blue", "red"]
    await communicator.disconnect()


@pytest.mark.parametrize("turn", ["first", "second", "third"])
@pytest.mark.django_db
async def test_nothing_of_one_test_reaches_the_next(turn: str) -> None:
    communicator = await connected(SyncRooms if turn == "second" else AsyncRooms)
    assert await ask(communicator, "blue") == ["blue"]
    await communicator.disconnect()


@consumers
@pytest.mark.django_db(transaction=True)
async def test_without_a_transaction_rows_are_committed(consumer: Any) -> None:
    communicator = await connected(consumer)
    assert await ask(communicator, "blue") == ["blue"]
    await communicator.disconnect()
    assert await sync_to_async(committed)() == 1


def committed() -> int:
    """Count the rooms and close the connection, which is this test's own.

    Nobody else closes what a test's own query opens in asgiref's thread, and
    PostgreSQL drops no database that somebody is connected to.
    """
    try:
        return int(Room.objects.count())
    finally:
        connection.close()


@pytest.mark.django_db
async def test_one_connection_may_end_while_another_goes_on() -> None:
    first, second = await connected(AsyncRooms), await connected(SyncRooms)
    assert await ask(first, "blue") == ["blue"]
    await first.disconnect()
    assert await ask(second, "red") == ["blue", "red"]
    await second.disconnect()


@pytest.mark.django_db(transaction=True)
async def test_a_connection_stays_open_from_one_event_to_the_next() -> None:
    communicator = await connected(ConnectionOfTheThread)
    assert await ask(communicator, "") == await ask(communicator, "")
    await communicator.disconnect()


@pytest.mark.django_db
async def test_communicators_at_work_at_once_leave_nothing_patched_behind() -> None:
    before = patched_names()
    first, second = await connected(AsyncRooms), await connected(AsyncRooms)
    await asyncio.gather(ask(first, "blue"), ask(second, "red"))
    assert channels.db.close_old_connections is not close_old_connections
    await second.disconnect()
    await first.disconnect()
    assert patched_names() == before
    assert channels.db.close_old_connections is django.db.close_old_connections


@pytest.mark.parametrize("module", [channels.db, channels.consumer])
async def test_a_patch_of_the_tests_own_is_kept_and_nothing_is_left_of_ours(
    module: Any,
) -> None:
    for name in {"close_old_connections", "aclose_old_connections"} & set(vars(module)):
        original = getattr(module, name)
        first = await connected(AsyncJsonWebsocketConsumer)
        with mock.patch.object(module, name) as patch:
            await first.disconnect()
            assert getattr(module, name) is patch
            second = await connected(AsyncJsonWebsocketConsumer)
        await second.disconnect()
        left = getattr(module, name)
        assert left is not patch
        third = await connected(AsyncJsonWebsocketConsumer)
        assert await closes(left) == 0
        await third.disconnect()
        assert getattr(module, name) is left
        assert await closes(left) == 1
        setattr(module, name, original)


async def closes(close: Any) -> int:
    """Count how often Django is asked to close a connection that is too old."""

    def close_here() -> int:
        with mock.patch.object(connection, "close_if_unusable_or_obsolete") as asked:
            if inspect.iscoroutinefunction(close):
                async_to_sync(close)()
            else:
                close()
        return asked.call_count

    return await sync_to_async(close_here)()


@pytest.fixture
def lent(db: None) -> Any:
    return connections["default"]


async def test_one_that_is_cancelled_while_it_borrows_gives_it_back(lent: Any) -> None:
    before = patched_names()
    communicator = WebsocketCommunicator(AsyncRooms.as_asgi(), "/")
    await communicator.send_input({"type": "websocket.connect"})
    await asyncio.sleep(0)  # its task asks the other thread for the connection
    communicator.stop()
    await communicator.settle()
    assert communicator.future.cancelled()
    assert patched_names() == before
    assert not lent.allow_thread_sharing


def patched_names() -> tuple[Any, ...]:
    receivers = [key for key, *_ in request_finished.receivers]
    return (
        channels.db.close_old_connections,
        channels.db.aclose_old_connections,
        channels.consumer.aclose_old_connections,
        receivers,
    )


async def test_an_application_that_needs_no_database_may_do_without_the_mark() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await receive()

    communicator = WebsocketCommunicator(application, "/")
    assert await communicator.connect() == (True, None)
    await communicator.disconnect()


class InATestCase(TestCase):
    """Django's own async test methods, inside the transaction of ``TestCase``."""

    async def test_the_transaction_is_shared(self) -> None:
        await Room.objects.acreate(name="red")
        for consumer in (AsyncRooms, SyncRooms):
            communicator = await connected(consumer)
            names = await ask(communicator, consumer.__name__.lower())
            await communicator.disconnect()
            assert "red" in names
            assert consumer.__name__.lower() in names

    async def test_it_was_rolled_back(self) -> None:
        assert await Room.objects.acount() == 0


class InATransactionTestCase(TransactionTestCase):
    """The same where rows are committed and flushed."""

    async def test_rows_are_seen_by_both(self) -> None:
        communicator = await connected(SyncRooms)
        assert await ask(communicator, "blue") == ["blue"]
        await communicator.disconnect()
        assert await Room.objects.acount() == 1

    async def test_they_were_flushed(self) -> None:
        assert await Room.objects.acount() == 0
