"""Databases move to copies that all threads share, and back without a trace."""

import gc
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction

from asgilab.django import Relocated, _relocation, restore, snapshot
from asgilab.errors import UsageError
from chat.models import Room

pytestmark = pytest.mark.django_db(transaction=True)


def names() -> set[str]:
    return set(Room.objects.values_list("name", flat=True))


@pytest.fixture
def worker() -> Iterator[ThreadPoolExecutor]:
    """Return one thread that lives on, and closes its connection at the end."""
    with ThreadPoolExecutor(1) as pool:
        yield pool
        pool.submit(lambda: connection.connection and connection.connection.close())


@pytest.fixture
def second(tmp_path: Path) -> Iterator[Path]:
    """Return the file of another SQLite database, called ``second``."""
    path = tmp_path / "second.sqlite3"
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE word (text)")
        raw.execute("INSERT INTO word VALUES ('before')")
    raw.close()
    connections.settings["second"] = {**connections.settings["default"], "NAME": path}
    yield path
    connections["second"].close()
    del connections["second"], connections.settings["second"]


def connected(alias: str) -> Any:
    """Return a connection to an alias that pytest-django knows nothing of."""
    if connections[alias].connection is None:
        connections[alias].connect()
    return connections[alias]


def words() -> list[str]:
    with connected("second").cursor() as cursor:
        return [row[0] for row in cursor.execute("SELECT text FROM word")]


def write_word(text: str) -> None:
    with connected("second").cursor() as cursor:
        cursor.execute("INSERT INTO word VALUES (%s)", [text])


def test_what_was_there_is_there_and_what_is_written_is_gone_afterwards() -> None:
    Room.objects.create(name="before")
    with Relocated():
        Room.objects.create(name="inside")
        assert names() == {"before", "inside"}
    assert names() == {"before"}


def test_each_thread_has_its_own_connection_to_the_same_rows(
    worker: ThreadPoolExecutor,
) -> None:
    with Relocated():
        Room.objects.create(name="here")
        assert worker.submit(names).result() == {"here"}
        worker.submit(Room.objects.create, name="there").result()
        assert names() == {"here", "there"}
        there = worker.submit(lambda: connection.connection).result()
        assert there is not connection.connection


def test_a_thread_that_was_connected_before_is_led_in_and_out(
    worker: ThreadPoolExecutor,
) -> None:
    Room.objects.create(name="before")
    assert worker.submit(names).result() == {"before"}
    with Relocated():
        worker.submit(Room.objects.create, name="inside").result()
        assert names() == {"before", "inside"}
    assert worker.submit(names).result() == {"before"}


def test_name_and_options_are_afterwards_the_very_same_objects() -> None:
    configured = connections.settings["default"]
    before = {key: configured[key] for key in ("NAME", "OPTIONS")}
    with Relocated():
        assert configured["NAME"] != before["NAME"]
    assert all(configured[key] is value for key, value in before.items())
    assert connection.transaction_mode == before["OPTIONS"].get("transaction_mode")


def test_django_may_close_its_connections_inside_without_losing_a_row() -> None:
    with Relocated():
        Room.objects.create(name="kept")
        connection.close()
        assert connection.connection is None
        assert names() == {"kept"}


def test_writers_that_read_first_wait_for_each_other() -> None:
    def write(first: int) -> None:
        for number in range(first, first + 10):
            with transaction.atomic():
                assert not Room.objects.filter(name=f"r{number}").exists()
                Room.objects.create(name=f"r{number}")
        connections.close_all()

    with Relocated(), ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(write, first * 10) for first in range(8)]:
            done.result()
        assert Room.objects.count() == 80


def test_a_thread_that_ends_with_an_open_connection_warns_of_nothing() -> None:
    """From Python 3.13 on, sqlite3 warns, and this suite makes warnings errors."""
    with Relocated():
        thread = threading.Thread(target=names)
        thread.start()
        thread.join()
        assert not thread.is_alive()
        del thread
        gc.collect()


async def test_a_connection_that_was_not_open_before_is_not_open_afterwards() -> None:
    """Django has another connection wherever a loop runs, and would keep it open."""
    assert connections["default"].connection is None
    with Relocated():
        pass
    assert connections["default"].connection is None


def test_relocations_may_be_nested() -> None:
    with Relocated():
        Room.objects.create(name="outer")
        with Relocated(files=True):
            Room.objects.create(name="inner")
            assert names() == {"outer", "inner"}
        assert names() == {"outer"}


def test_several_databases_move_and_each_gets_its_own_back(second: Path) -> None:
    with Relocated(["default", "second"], files=True):
        write_word("inside")
        Room.objects.create(name="inside")
        assert words() == ["before", "inside"]
    assert words() == ["before"]
    assert names() == set()


def test_aliases_of_one_database_share_one_copy() -> None:
    connections.settings["mirror"] = connections.settings["default"].copy()
    try:
        with Relocated():
            Room.objects.create(name="seen")
            connected("mirror")
            assert Room.objects.using("mirror").get().name == "seen"
        connected("mirror")
        assert not Room.objects.using("mirror").exists()
    finally:
        connections["mirror"].connection.close()
        del connections["mirror"], connections.settings["mirror"]


def test_a_file_stays_in_its_place_but_its_writers_wait(second: Path) -> None:
    with Relocated():
        write_word("inside")
        assert connections["second"].transaction_mode == "IMMEDIATE"
        assert connections["second"].settings_dict["NAME"] == second
    assert words() == ["before", "inside"]
    assert connections["second"].transaction_mode is None


def test_options_that_the_project_sets_itself_are_kept(second: Path) -> None:
    connections.settings["second"]["OPTIONS"] = {"transaction_mode": "EXCLUSIVE"}
    with Relocated():
        words()
        assert connections["second"].transaction_mode == "EXCLUSIVE"


def test_a_copy_on_disk_opens_elsewhere_and_leaves_no_file_behind() -> None:
    with Relocated(place="disk"):
        Room.objects.create(name="shared")
        path = Path(connections.settings["default"]["NAME"])
        assert _relocation.places_on_disk() == (path.parent,)
        raw = sqlite3.connect(path)
        assert raw.execute("SELECT name FROM chat_room").fetchall() == [("shared",)]
        raw.close()
    assert not path.parent.exists()
    assert _relocation.places_on_disk() == ()


def test_a_snapshot_is_restored_for_every_thread(worker: ThreadPoolExecutor) -> None:
    with Relocated():
        Room.objects.create(name="before")
        with snapshot() as taken:
            Room.objects.create(name="after")
            assert worker.submit(names).result() == {"before", "after"}
            restore(taken)
            assert worker.submit(names).result() == {"before"}
            assert names() == {"before"}


def test_a_snapshot_fills_the_copy_that_it_is_given_to() -> None:
    Room.objects.create(name="then")
    with snapshot() as taken:
        Room.objects.all().delete()
        with Relocated(contents=[taken]):
            assert names() == {"then"}
    assert names() == set()


def test_restoring_over_a_database_of_the_users_own_is_refused(second: Path) -> None:
    with snapshot("second") as taken, pytest.raises(UsageError) as refused:
        restore(taken)
    assert str(second) in str(refused.value)
    assert "no copy made by asgilab" in str(refused.value)


def test_restoring_gives_up_when_another_transaction_does_not_end(
    monkeypatch: pytest.MonkeyPatch, worker: ThreadPoolExecutor
) -> None:
    monkeypatch.setattr(_relocation, "_BUSY_SECONDS", 0.05)
    with Relocated(), snapshot() as taken:
        worker.submit(transaction.set_autocommit, False).result()
        worker.submit(Room.objects.create, name="held").result()
        with pytest.raises(TimeoutError, match="stayed locked"):
            restore(taken)
        worker.submit(transaction.rollback).result()
        worker.submit(transaction.set_autocommit, True).result()


@pytest.mark.parametrize("step", [snapshot, lambda: Relocated().__enter__()])
def test_an_open_transaction_is_refused_wherever_it_is(
    step: Callable[[], Any], worker: ThreadPoolExecutor
) -> None:
    def begin() -> None:
        transaction.atomic().__enter__()

    def end() -> None:
        connection.in_atomic_block = False
        connection.rollback()

    worker.submit(begin).result()
    try:
        with pytest.raises(UsageError, match=r"open on database 'default'.*atomic"):
            step()
    finally:
        worker.submit(end).result()
    assert names() == set()


def test_another_database_is_refused_by_name_and_passed_over_otherwise() -> None:
    connections.settings["other"] = {
        **connections.settings["default"],
        "ENGINE": "django.db.backends.dummy",
    }
    try:
        with Relocated():
            pass
        with pytest.raises(UsageError, match="only SQLite"):
            Relocated(["other"]).__enter__()
    finally:
        del connections["other"], connections.settings["other"]


def test_a_move_that_fails_halfway_is_undone(second: Path) -> None:
    name = connections.settings["default"]["NAME"]
    with pytest.raises(Exception, match="nowhere"):
        Relocated(["default", "nowhere"]).__enter__()
    assert connections.settings["default"]["NAME"] == name
    Room.objects.create(name="works")
