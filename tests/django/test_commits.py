"""What an application does after a commit, in a test that holds a transaction."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.layers import get_channel_layer
from django.db import DatabaseError, IntegrityError, connections, transaction
from django.test import TestCase

from asgilab.testing import WebsocketCommunicator
from chat.models import Room

done: list[str] = []


def note(text: str) -> Callable[[], None]:
    return lambda: done.append(text)


def at_once() -> None:
    transaction.on_commit(note("callback"))
    done.append("after it was given")


def in_a_block() -> None:
    with transaction.atomic():
        transaction.on_commit(note("callback"))
        Room.objects.create(name="blue")
        done.append("end of the block")


def in_a_block_without_savepoint() -> None:
    with transaction.atomic(savepoint=False):
        transaction.on_commit(note("callback"))
        done.append("end of the block")
    done.append("after the block")


def in_nested_blocks() -> None:
    with transaction.atomic():
        with transaction.atomic():
            transaction.on_commit(note("callback"))
        done.append("end of the block")


def in_a_block_that_fails() -> None:
    with transaction.atomic():
        transaction.on_commit(note("outer callback"))
        try:
            with transaction.atomic():
                transaction.on_commit(note("callback"))
                raise LookupError
        except LookupError:
            done.append("failed")


def in_a_failing_block_without_savepoint() -> None:
    try:
        with transaction.atomic(savepoint=False):
            transaction.on_commit(note("callback"))
            raise LookupError
    except LookupError:
        done.append("failed")
    transaction.on_commit(note("another callback"))


def robustly() -> None:
    def fail() -> None:
        raise LookupError

    transaction.on_commit(fail, robust=True)
    transaction.on_commit(note("callback"))


WORK = {
    at_once: ["callback", "after it was given"],
    in_a_block: ["end of the block", "callback"],
    in_a_block_without_savepoint: ["end of the block", "callback", "after the block"],
    in_nested_blocks: ["end of the block", "callback"],
    in_a_block_that_fails: ["failed", "outer callback"],
    robustly: ["callback"],
}


class Worker(AsyncJsonWebsocketConsumer):
    """Does one piece of work with the database for each message."""

    work: Callable[[], None]

    async def receive_json(self, content: Any, **_: Any) -> None:
        await database_sync_to_async(type(self).work)()
        await self.send_json("done")


class Teller(AsyncJsonWebsocketConsumer):
    """Tells a group about a room once it is committed."""

    groups = ("rooms",)

    async def receive_json(self, content: Any, **_: Any) -> None:
        await database_sync_to_async(self._make)(content)

    @staticmethod
    def _make(name: str) -> None:
        def tell() -> None:
            message = {"type": "room.made", "name": name}
            async_to_sync(get_channel_layer().group_send)("rooms", message)

        with transaction.atomic():
            Room.objects.create(name=name)
            transaction.on_commit(tell)

    async def room_made(self, event: dict[str, Any]) -> None:
        await self.send_json(event["name"])


async def worked(work: Callable[[], None]) -> None:
    done.clear()
    consumer: Any = type("OneWorker", (Worker,), {"work": staticmethod(work)})
    communicator = WebsocketCommunicator(consumer.as_asgi(), "/")
    assert (await communicator.connect())[0]
    await communicator.send_json_to("go")
    assert await communicator.receive_json_from() == "done"
    await communicator.disconnect()


@pytest.mark.parametrize("work", WORK)
@pytest.mark.django_db
async def test_callbacks_run_where_the_application_would_commit(
    work: Callable[[], None],
) -> None:
    await worked(work)
    assert done == WORK[work]


@pytest.mark.parametrize("work", WORK)
@pytest.mark.django_db(transaction=True)
async def test_the_same_happens_where_it_does_commit(work: Callable[[], None]) -> None:
    await worked(work)
    assert done == WORK[work]


@pytest.mark.django_db
async def test_callbacks_of_a_block_that_failed_do_not_run() -> None:
    await worked(in_a_failing_block_without_savepoint)
    assert done == ["failed", "another callback"]


@pytest.mark.django_db
async def test_a_group_is_told_after_the_commit() -> None:
    first = WebsocketCommunicator(Teller.as_asgi(), "/")
    second = WebsocketCommunicator(Teller.as_asgi(), "/")
    await first.connect()
    await second.connect()
    await first.send_json_to("blue")
    assert await second.receive_json_from() == "blue"
    assert await first.receive_json_from() == "blue"
    await first.disconnect()
    await second.disconnect()


@pytest.mark.django_db
async def test_a_failing_callback_fails_the_application() -> None:
    def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await worked(lambda: transaction.on_commit(fail))


class Doubler(AsyncJsonWebsocketConsumer):
    """Makes a room twice, the second time after the commit, and counts."""

    async def receive_json(self, content: Any, **_: Any) -> None:
        await self.send_json(await database_sync_to_async(self._make)())

    @staticmethod
    def _make() -> int:
        try:
            with transaction.atomic():
                Room.objects.create(name="blue")
                transaction.on_commit(lambda: Room.objects.create(name="blue"))
        except IntegrityError:
            return int(Room.objects.count())
        return -1


@pytest.mark.parametrize("turn", [1, 2])
@pytest.mark.django_db
async def test_a_database_error_after_the_commit_spoils_nothing(turn: int) -> None:
    communicator = WebsocketCommunicator(Doubler.as_asgi(), "/")
    assert (await communicator.connect())[0]
    await communicator.send_json_to("go")
    assert await communicator.receive_json_from() == 1
    await communicator.disconnect()
    assert await Room.objects.acount() == 1


def twice() -> None:
    Room.objects.create(name="blue")
    Room.objects.create(name="blue")


def renamed() -> None:
    Room.objects.create(name="blue")
    Room.objects.create(name="red")
    Room.objects.filter(name="red").update(name="blue")


def misspelt() -> None:
    Room.objects.create(name="blue")
    with transaction.get_connection().cursor() as cursor:
        cursor.execute("SELECT nothing FROM nowhere")


def in_a_block_of_two() -> None:
    Room.objects.create(name="blue")
    with transaction.atomic(savepoint=False):
        Room.objects.create(name="red")
        Room.objects.create(name="blue")


def in_a_block_within() -> None:
    Room.objects.create(name="blue")
    with transaction.atomic():
        Room.objects.create(name="red")
        with contextlib.suppress(IntegrityError), transaction.atomic(savepoint=False):
            Room.objects.create(name="blue")
    msg = "the outer block is rolled back without a word, as Django has it"
    raise DatabaseError(msg)


def in_a_block_with_savepoint() -> None:
    with transaction.atomic():
        Room.objects.create(name="blue")
        with contextlib.suppress(IntegrityError), transaction.atomic():
            Room.objects.create(name="blue")
    Room.objects.create(name="blue")


FAILING = {
    twice: ["blue"],
    renamed: ["blue", "red"],
    misspelt: ["blue"],
    in_a_block_of_two: ["blue"],
    in_a_block_within: ["blue"],
    in_a_block_with_savepoint: ["blue"],
}


def with_savepoints_by_hand() -> None:
    Room.objects.create(name="blue")
    with transaction.atomic(), transaction.get_connection().cursor() as cursor:
        cursor.execute("savepoint mine")
    with transaction.get_connection().cursor() as cursor:
        if transaction.get_connection().in_atomic_block:
            cursor.execute("  savepoint mine")
            Room.objects.create(name="red")
            cursor.execute("/* back */ rollback to savepoint mine")
            cursor.execute("release mine")
    msg = "all of it can be done"
    raise DatabaseError(msg)


FAILING[with_savepoints_by_hand] = ["blue"]


async def failed_and_went_on(work: Callable[[], None]) -> list[str]:
    """Let a consumer meet an error of the database; return what is left."""

    def attempt() -> None:
        try:
            work()
        except DatabaseError:
            done.append("failed")
        Room.objects.create(name="after")
        done.extend(sorted(Room.objects.values_list("name", flat=True)))

    await worked(attempt)
    return done


@pytest.mark.parametrize("work", FAILING)
@pytest.mark.django_db
async def test_an_error_outside_of_blocks_does_not_break_the_tests_transaction(
    work: Callable[[], None],
) -> None:
    done = await failed_and_went_on(work)
    assert done == ["failed", "after", *FAILING[work]]


@pytest.mark.parametrize("work", FAILING)
@pytest.mark.django_db(transaction=True)
async def test_the_same_is_left_where_it_does_commit(work: Callable[[], None]) -> None:
    done = await failed_and_went_on(work)
    assert done == ["failed", "after", *FAILING[work]]


async def test_the_test_breaks_its_own_transaction_as_ever(
    callback_of_a_fixture: None,
) -> None:
    await worked(at_once)
    connection = connection_of_the_test()
    connection.needs_rollback = True
    assert connection.needs_rollback
    connection.needs_rollback = False


@pytest.mark.django_db
async def test_a_robust_callback_that_fails_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR, "django.db.backends.base"):
        await worked(robustly)
    assert "in on_commit()" in caplog.text


@pytest.mark.django_db
async def test_what_is_no_callback_is_refused_as_ever() -> None:
    nothing: Any = None
    with pytest.raises(TypeError, match="must be a callable"):
        await worked(lambda: transaction.on_commit(nothing))


async def test_a_wrapper_of_the_tests_own_is_taken_off_by_its_end(db: None) -> None:
    def passing(execute: Any, *arguments: Any) -> Any:
        return execute(*arguments)

    connection = connection_of_the_test()
    with connection.execute_wrapper(passing):
        await worked(at_once)
    assert passing not in connection.execute_wrappers


@pytest.fixture
def callback_of_a_fixture(db: None) -> None:
    done.clear()
    transaction.on_commit(note("the fixture's"))


async def test_callbacks_of_the_test_are_left_to_it(
    callback_of_a_fixture: None,
) -> None:
    await worked(at_once)
    assert done == WORK[at_once]
    assert len(connection_of_the_test().run_on_commit) == 1


@pytest.mark.django_db(transaction=True)
def test_the_connection_is_afterwards_as_it_was() -> None:
    with asyncio.Runner() as runner:
        with transaction.atomic():
            runner.run(worked(in_nested_blocks))
        assert done == WORK[in_nested_blocks]
    found = transaction.get_connection()
    assert type(found) is connections.create_connection("default").__class__
    assert type(found.savepoint_ids) is list
    changed = {"on_commit", "savepoint_commit", "savepoint_rollback", "set_autocommit"}
    assert changed.isdisjoint(vars(found))


def connection_of_the_test() -> Any:
    from asgilab.django._ownership import _of_the_test

    return next(one for one in _of_the_test() if one.in_atomic_block)


class InDjangosTestCase(TestCase):
    """There the application works on the test's own thread, as under Channels."""

    async def test_callbacks_are_left_to_the_test(self) -> None:
        await worked(at_once)
        assert done == ["after it was given"]
