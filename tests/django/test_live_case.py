"""The live test case, where channels' own has known failures and elsewhere."""

import asyncio
import json
import socket
import threading
import unittest
import urllib.error
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any
from unittest import mock

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from channels.layers import get_channel_layer
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.db import connections
from django.test import override_settings

from asgilab.django import ChannelsLiveServerTestCase
from asgilab.live import LiveServer
from chat.models import Room
from tests.django import pages as project
from tests.django.live import LiveCase, outcome, pages, run

pytestmark = pytest.mark.django_db(transaction=True)


@pages
class UnderPytestTests(LiveCase):
    """Collected and run by pytest itself."""

    def test_rows_cross_in_both_directions(self) -> None:
        assert self.get("/count/") == "0"
        Room.objects.create(name="mine")
        assert self.get("/count/") == "1"
        self.get("/make/yours/")
        assert Room.objects.filter(name="yours").exists()

    def test_each_test_begins_with_empty_tables(self) -> None:
        assert self.get("/count/") == "0"
        self.test_rows_cross_in_both_directions()

    async def test_an_asynchronous_test_works_too(self) -> None:
        await Room.objects.acreate(name="mine")
        assert await asyncio.to_thread(self.get, "/count/") == "1"

    def test_the_addresses_are_there_for_the_class_and_the_test(self) -> None:
        port = self.live_server.port
        assert type(self).live_server_url == f"http://localhost:{port}"
        assert self.live_server_url == f"http://localhost:{port}"
        assert self.live_server_ws_url == f"ws://localhost:{port}"

    def test_static_files_are_served_without_collectstatic(self) -> None:
        assert "{" in self.get("/static/chat/chat.css")


def test_the_attributes_of_channels_own_class_keep_their_defaults() -> None:
    assert ChannelsLiveServerTestCase.host == "localhost"
    assert ChannelsLiveServerTestCase.serve_static is True
    assert ChannelsLiveServerTestCase.static_wrapper is ASGIStaticFilesHandler


def test_without_serve_static_there_are_no_static_files() -> None:
    @pages
    class Case(LiveCase):
        serve_static = False

        def test_it(self) -> None:
            with pytest.raises(urllib.error.HTTPError, match="404"):
                self.get("/static/chat/chat.css")

    assert outcome(run(Case)) == "ok"


def test_a_sync_to_async_call_earlier_in_the_process_does_no_harm() -> None:
    """Number 1 of the failures of channels' class."""

    @pages
    class Case(LiveCase):
        def test_it(self) -> None:
            with self.open("/ws/echo/") as client:
                assert self.ask(client, "hi") == "hi"

    asyncio.run(sync_to_async(Room.objects.count)())
    assert outcome(run(Case)) == "ok"


def test_a_test_that_blocks_asgirefs_own_thread_is_answered() -> None:
    """As a browser step does that an asynchronous test runs in a thread."""

    @pages
    class Case(LiveCase):
        def test_it(self) -> None:
            def step() -> str:
                with self.open("/ws/echo/") as client:
                    return str(self.ask(client, "hi"))

            assert asyncio.run(sync_to_async(step)()) == "hi"

    assert outcome(run(Case)) == "ok"


def test_a_class_works_beside_a_loop_that_runs_in_its_thread() -> None:
    """As Playwright's synchronous calls leave one while a browser is open."""

    @pages
    class Case(LiveCase):
        def test_it(self) -> None:
            assert self.get("/make/one/") == "made"

        def test_it_again(self) -> None:
            assert self.get("/count/") == "0"

    async def beside() -> str:
        return outcome(run(Case))

    assert asyncio.run(beside()) == "ok"


def test_an_in_memory_database_works_and_is_as_it_was_afterwards() -> None:
    """Number 4."""

    @pages
    class Case(LiveCase):
        def test_it(self) -> None:
            name = connections["default"].settings_dict["NAME"]
            assert "mode=memory" not in name
            assert self.get("/make/inside/") == "made"
            assert Room.objects.count() == 1

    before = connections["default"].settings_dict["NAME"]
    assert "mode=memory" in before
    assert outcome(run(Case)) == "ok"
    assert connections["default"].settings_dict["NAME"] == before
    assert Room.objects.count() == 0


def test_mocks_and_settings_of_a_test_are_seen_by_the_server() -> None:
    """Number 9."""

    @pages
    class Case(LiveCase):
        def test_it(self) -> None:
            with (
                mock.patch("tests.django.pages.greeting", return_value="salve"),
                override_settings(PLANET="mars"),
            ):
                assert self.get("/greet/") == "salve mars"
            assert self.get("/greet/") == "hello earth"

    assert outcome(run(Case)) == "ok"


def test_a_skipped_test_and_an_expected_failure_stay_what_they_are() -> None:
    @pages
    class Case(LiveCase):
        def test_skips(self) -> None:
            self.skipTest("not today")

        @unittest.skip("never")
        def test_is_skipped(self) -> None:
            raise AssertionError

        @unittest.expectedFailure
        def test_fails(self) -> None:
            raise AssertionError

    result = run(Case)
    assert outcome(result) == "ok"
    assert sorted(reason for _, reason in result.skipped) == ["never", "not today"]
    assert len(result.expectedFailures) == 1


def test_a_project_that_allows_no_host_is_served() -> None:
    """Its validator of origins has taken the list long before."""

    @override_settings(ALLOWED_HOSTS=[])
    @pages
    class Case(LiveCase):
        def test_it(self) -> None:
            assert self.get("/greet/") == "hello earth"
            with self.open("/ws/echo/") as client:
                assert self.ask(client, "hi") == "hi"

    validator = project.application.application_mapping["websocket"]
    with mock.patch.object(validator, "allowed_origins", []):
        assert outcome(run(Case)) == "ok"


def test_a_connection_that_ends_has_its_threads_database_connections_closed() -> None:
    """A hundred would be too many for PostgreSQL; Django closes only after views."""

    @pages
    class Case(LiveCase):
        def test_it(self) -> None:
            with self.open("/ws/count/") as client:
                assert self.ask(client, "rooms") == 0

    threads: list[threading.Thread] = []
    with mock.patch("asgilab.django._live_project.close_connections") as close:
        close.side_effect = lambda: threads.append(threading.current_thread())
        assert outcome(run(Case)) == "ok"
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


def test_an_ipv6_host_works_for_pages_and_websockets() -> None:
    """Number 11."""

    @pages
    class Case(LiveCase):
        host = "::1"

        def test_it(self) -> None:
            assert self.live_server_url.startswith("http://[::1]:")
            assert self.get("/greet/") == "hello earth"
            with self.open("/ws/echo/") as client:
                assert self.ask(client, "hi") == "hi"

    assert outcome(run(Case)) == "ok"


@pytest.mark.parametrize("name", ["uvicorn", "daphne"])
def test_disconnect_handlers_run_when_the_class_ends(name: Any) -> None:
    """Number 14."""

    @pages
    class Case(LiveCase):
        server = name

        def test_it(self) -> None:
            client = clients.enter_context(self.open("/ws/talk/"))
            assert self.ask(client, "hi") == "hi"

    project.left.clear()
    with ExitStack() as clients:
        assert outcome(run(Case)) == "ok"
    assert project.left == [1012]


def test_the_channel_layer_in_memory_is_reached_from_the_test() -> None:
    """Number 15."""

    @pages
    class Case(LiveCase):
        def test_it(self) -> None:
            send = get_channel_layer().group_send
            with self.open("/ws/talk/") as client:
                self.ask(client, "hi")
                async_to_sync(send)("talk", {"type": "talk.tell", "text": "one"})
                assert json.loads(client.recv(timeout=10)) == "one"
                message = {"type": "talk.tell", "text": "two"}
                self.live_server.call(send, "talk", message)
                assert json.loads(client.recv(timeout=10)) == "two"

    assert outcome(run(Case)) == "ok"


def test_tables_are_flushed_only_when_the_application_is_done() -> None:
    @pages
    class Case(LiveCase):
        def test_1(self) -> None:
            clients.submit(self.get, "/slow/")
            assert project.slow_has_begun.wait(10)

        def test_2(self) -> None:
            assert not Room.objects.exists()

    project.slow_has_begun.clear()
    with ThreadPoolExecutor(1) as clients:
        assert outcome(run(Case)) == "ok"


def test_work_that_does_not_end_is_warned_of() -> None:
    @pages
    class Case(LiveCase):
        def test_it(self) -> None:
            assert self.live_server_url

    with mock.patch.object(LiveServer, "settle", return_value=False):
        (told,) = (text for _, text in run(Case).errors)
    assert "still at work in a thread when" in told
    assert "Case.test_it had ended" in told


def test_https_and_wss_are_served_where_asked_for() -> None:
    @pages
    class Case(LiveCase):
        tls = True

        def test_it(self) -> None:
            assert self.live_server_url.startswith("https://localhost:")
            assert self.live_server_ws_url.startswith("wss://localhost:")
            certificate = self.live_server.certificate
            assert certificate is not None
            assert certificate.exists()

    assert outcome(run(Case)) == "ok"


def test_the_port_may_be_chosen() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]

    @pages
    class Case(LiveCase):
        port = free

        def test_it(self) -> None:
            assert self.live_server_url == f"http://localhost:{free}"

    assert outcome(run(Case)) == "ok"


def test_a_process_class_of_channels_is_refused_with_what_to_do() -> None:
    class Case(ChannelsLiveServerTestCase):
        ProtocolServerProcess = object

        def test_it(self) -> None:
            raise AssertionError

    told = outcome(run(Case))
    assert "UsageError: " in told
    assert 'Set server to "uvicorn", "daphne" or "process"' in told
