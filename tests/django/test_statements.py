"""Statements that fail alone; ``tests/servers`` runs this file on PostgreSQL."""

import contextlib
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.db import DatabaseError, transaction
from django.test import override_settings

from asgilab.django._statements import marks_transaction
from asgilab.testing import WebsocketCommunicator
from chat.models import Room

done: list[int] = []

LONG = 50_000
"""So much that a reader that tries all ways to split it never comes to an end."""

_READ = f"""
from asgilab.django._statements import marks_transaction as marks

for piece in (" ", "\\n", "/**/", "-- x\\n", "/*", "--", "/* -- "):
    assert not marks("\\n" + piece * {LONG} + "SELECT 1"), piece
    assert not marks("\\n" + piece * {LONG}), piece
assert marks(" " * {LONG} + "savepoint mine")
assert marks("-- x\\n" * {LONG} + "savepoint mine")
"""


def test_a_statement_is_read_once_however_much_stands_before_it() -> None:
    command = [sys.executable, "-c", _READ]
    read = subprocess.run(command, capture_output=True, timeout=100, check=False)
    assert read.stderr == b""
    assert read.returncode == 0


@pytest.mark.parametrize(
    "statement",
    [
        "SAVEPOINT mine",
        "\n  release savepoint mine",
        "/* back\n */ -- there\n ROLLBACK TO mine",
    ],
)
def test_statements_that_mark_the_transaction_are_known(statement: str) -> None:
    assert marks_transaction(statement)
    assert not marks_transaction(f"SELECT 1; {statement}")


def trying_again(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
) -> Any:
    """Try elsewhere what the database refuses, as suites do after a lost lock."""
    try:
        return execute(sql, params, many, context)
    except DatabaseError:
        return execute(sql.replace("nowhere", "chat_room"), params, many, context)


def count(connection: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM nowhere")
        done.append(cursor.fetchone()[0])


def count_with_a_log(connection: Any) -> None:
    with override_settings(DEBUG=True):
        count(connection)


def insert_many(connection: Any) -> None:
    with connection.cursor() as cursor:
        insertion = "INSERT INTO nowhere (name) VALUES (%s)"
        cursor.executemany(insertion, [("red",), ("green",)])


WORK: dict[Callable[[Any], None], list[int]] = {
    count: [1, 1],
    count_with_a_log: [1, 1],
    insert_many: [3],
}


class Worker(AsyncJsonWebsocketConsumer):
    """Does one piece of work while what the database refuses is tried elsewhere."""

    work: Callable[[Any], None]

    async def receive_json(self, content: Any, **_: Any) -> None:
        await database_sync_to_async(self._do)()
        await self.send_json("done")

    def _do(self) -> None:
        connection = transaction.get_connection()
        Room.objects.create(name="blue")
        with connection.execute_wrapper(trying_again):
            type(self).work(connection)
        assert trying_again not in connection.execute_wrappers
        done.append(Room.objects.count())


async def worked(work: Callable[[Any], None]) -> None:
    done.clear()
    consumer: Any = type("OneWorker", (Worker,), {"work": staticmethod(work)})
    communicator = WebsocketCommunicator(consumer.as_asgi(), "/")
    assert (await communicator.connect())[0]
    await communicator.send_json_to("go")
    assert await communicator.receive_json_from() == "done"
    await communicator.disconnect()


@pytest.mark.parametrize("work", WORK)
@pytest.mark.django_db
async def test_a_wrapper_that_tries_again_finds_a_transaction_that_works(
    work: Callable[[Any], None],
) -> None:
    await worked(work)
    assert done == WORK[work]


@pytest.mark.parametrize("work", WORK)
@pytest.mark.django_db(transaction=True)
async def test_the_same_happens_where_each_statement_commits(
    work: Callable[[Any], None],
) -> None:
    await worked(work)
    assert done == WORK[work]


def count_in_a_broken_transaction(connection: Any) -> None:
    raw = connection.connection.cursor()
    raw.execute("SAVEPOINT before")
    with contextlib.suppress(connection.Database.Error):
        raw.execute("SELECT 1 FROM nowhere")
    with contextlib.suppress(DatabaseError):  # Django's, and not the driver's
        Room.objects.count()
    raw.execute("ROLLBACK TO before")


@pytest.mark.django_db
async def test_what_a_broken_transaction_refuses_is_an_error_of_djangos() -> None:
    await worked(count_in_a_broken_transaction)
    assert done == [1]
