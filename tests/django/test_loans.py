"""The test's open transaction, lent to the thread that runs synchronous code."""

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.db import connection, transaction

from asgilab.django import lending
from asgilab.testing import WebsocketCommunicator
from chat.models import Room


class Rooms(AsyncJsonWebsocketConsumer):
    """Makes the room it is told."""

    async def receive_json(self, content: Any, **_: Any) -> None:
        await database_sync_to_async(Room.objects.create)(name=content)
        await self.send_json("made")


async def make(name: str) -> None:
    communicator = WebsocketCommunicator(Rooms.as_asgi(), "/")
    assert (await communicator.connect())[0]
    await communicator.send_json_to(name)
    assert await communicator.receive_json_from() == "made"
    await communicator.disconnect()


def count() -> int:
    return int(Room.objects.count())


def in_transaction() -> bool:
    return bool(connection.in_atomic_block)


def close() -> None:
    connection.close()


@pytest.mark.parametrize("turn", ["first", "second"])
@pytest.mark.django_db
async def test_rows_are_counted_after_the_application_ended(turn: str) -> None:
    await make("blue")
    assert await database_sync_to_async(count)() == 1
    await make("red")
    assert await Room.objects.acount() == 2


@pytest.mark.django_db
async def test_the_loan_lasts_until_the_transaction_ends() -> None:
    await make("blue")
    assert await sync_to_async(in_transaction)()


@pytest.mark.django_db(transaction=True)
async def test_the_thread_has_its_own_connection_afterwards() -> None:
    try:
        assert not await sync_to_async(in_transaction)()
        assert await sync_to_async(count)() == 0
        await make("blue")
        assert not await sync_to_async(in_transaction)()
    finally:
        await sync_to_async(close)()


@pytest.mark.django_db(transaction=True)
def test_a_transaction_of_a_tests_own_is_lent_as_long() -> None:
    with asyncio.Runner() as runner:
        with transaction.atomic():
            runner.run(make("blue"))
            assert runner.run(sync_to_async(in_transaction)())
        assert not runner.run(sync_to_async(in_transaction)())
        assert runner.run(sync_to_async(count)()) == 1
        runner.run(sync_to_async(close)())


@pytest.mark.django_db
def test_what_a_fixture_lends_it_takes_back() -> None:
    with asyncio.Runner() as runner:
        with lending():
            runner.run(make("blue"))
            assert runner.run(sync_to_async(in_transaction)())
        assert not runner.run(sync_to_async(in_transaction)())
        runner.run(sync_to_async(close)())
