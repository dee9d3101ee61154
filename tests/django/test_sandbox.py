"""Databases, caches and channel layers that only the code in a sandbox sees."""

import asyncio
import contextvars
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import channel_layers, get_channel_layer
from django.core.cache import cache, caches
from django.db import connection, connections
from django.test import override_settings

from asgilab.django import Relocated, Sandbox, later_keys, snapshot
from asgilab.django._live_connections import open_connections
from chat.models import Room

pytestmark = pytest.mark.django_db(transaction=True)


def names() -> set[str]:
    return set(Room.objects.values_list("name", flat=True))


def add(name: str) -> set[str]:
    """Write a room and return all names, on a connection of this thread."""
    Room.objects.create(name=name)
    try:
        return names()
    finally:
        connection.close()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Return an open sandbox whose database has one room."""
    with Relocated(["default"], files=True):
        Room.objects.create(name="before")
        with snapshot() as start, Sandbox([start]) as opened:
            yield opened


def test_rows_written_inside_stay_inside_and_the_other_way_round(
    sandbox: Sandbox,
) -> None:
    Room.objects.create(name="outside")
    with sandbox.entered():
        Room.objects.create(name="inside")
        assert names() == {"before", "inside"}
    assert names() == {"before", "outside"}
    with sandbox.entered():
        assert names() == {"before", "inside"}


async def test_threads_of_the_code_inside_are_inside(sandbox: Sandbox) -> None:
    with sandbox.entered():
        assert await sync_to_async(add)("one") == {"before", "one"}
        assert await asyncio.to_thread(add, "two") == {"before", "one", "two"}
        assert await Room.objects.acount() == 3
    assert await Room.objects.acount() == 1


def test_a_job_of_an_executor_is_inside_only_with_the_context(
    sandbox: Sandbox,
) -> None:
    with ThreadPoolExecutor(1) as pool, sandbox.entered():
        here = contextvars.copy_context()
        assert pool.submit(add, "outside").result() == {"before", "outside"}
        assert pool.submit(here.run, add, "inside").result() == {"before", "inside"}


def test_two_sandboxes_know_nothing_of_each_other() -> None:
    with (
        Relocated(["default"], files=True),
        snapshot() as start,
        Sandbox([start]) as one,
        Sandbox([start]) as other,
    ):
        with one.entered():
            assert add("one") == {"one"}
        with other.entered():
            assert names() == set()


def test_a_new_context_is_in_the_sandbox(sandbox: Sandbox) -> None:
    assert sandbox.context().run(add, "inside") == {"before", "inside"}
    assert names() == {"before"}


def test_connections_of_any_thread_are_closed_at_the_end() -> None:
    found: list[Any] = []

    def use(sandbox: Sandbox) -> None:
        with sandbox.entered():
            names()
            found.append(connections["default"])

    with Relocated(["default"], files=True), snapshot() as start:
        with Sandbox([start]) as sandbox:
            thread = threading.Thread(target=use, args=(sandbox,))
            thread.start()
            thread.join()
            assert found[0].connection is not None
            assert found[0] not in open_connections(), "others would close it"
        assert found[0].connection is None


def test_a_cache_in_memory_begins_empty_and_stays_inside(sandbox: Sandbox) -> None:
    cache.set("key", "outside")
    with sandbox.entered():
        assert cache.get("key") is None
        cache.set("key", "inside")
        assert caches["default"].get("key") == "inside"
    assert cache.get("key") == "outside"
    cache.clear()


def test_channel_layers_are_new_inside(sandbox: Sandbox) -> None:
    layer = get_channel_layer()
    with sandbox.entered():
        inside = get_channel_layer()
        assert inside is not layer
        assert get_channel_layer() is inside
    assert get_channel_layer() is layer


def test_settings_of_layers_and_caches_can_be_overridden_as_ever(
    sandbox: Sandbox,
) -> None:
    layer = get_channel_layer()
    locmem = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    with override_settings(
        CHANNEL_LAYERS={}, CACHES={"default": {**locmem, "LOCATION": "other"}}
    ):
        assert get_channel_layer() is None
        cache.set("key", "overridden")
    assert cache.get("key") is None
    assert type(get_channel_layer()) is type(layer)


def test_what_is_replaced_on_djangos_and_channels_registries_is_still_there(
    sandbox: Sandbox,
) -> None:
    for registry in (connections, caches):
        (looks_into, as_it_was) = type(registry).__mro__[1:3]
        assert {"_connections", "settings"} <= vars(looks_into).keys()
        fresh = as_it_was()
        assert "_connections" in vars(fresh)
        assert "settings" not in vars(fresh)
        assert "_settings" in vars(fresh)
    assert "backends" in vars(type(channel_layers).__mro__[2]())


def test_keys_of_new_rows_begin_later_where_others_are_taken_to_be_used() -> None:
    with Relocated(["default"], files=True), snapshot() as start:
        key = Room.objects.create(name="outside").pk
        with later_keys(7000):
            sandbox = Sandbox([start])
        with sandbox, sandbox.entered():
            assert Room.objects.create(name="inside").pk == key + 7000
        with Sandbox([start]) as sandbox, sandbox.entered():
            assert Room.objects.create(name="inside").pk == key
