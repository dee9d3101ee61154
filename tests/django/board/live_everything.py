"""What a live test of this project does, whatever the server and the database.

Run by Django's test runner in a process of its own; see tests/django/runner.py.
"""

import json
import os
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from websockets.sync.client import ClientConnection, connect

from asgilab.django import ChannelsLiveServerTestCase
from tests.django.board.models import Note
from tests.django.live import fetch


class Board(ChannelsLiveServerTestCase):
    """The calls that the tests below share."""

    databases = ("default", "archive")
    server = os.environ.get("BOARD_SERVER", "uvicorn")  # type: ignore[assignment]  # the environment holds one of the names

    def get(self, path: str) -> str:
        return fetch(self.live_server_url + path)

    def open(self, path: str) -> ClientConnection:
        """Connect as a browser does: from the page's own origin."""
        return connect(
            self.live_server_ws_url + path, origin=self.live_server_url, open_timeout=10
        )

    def ask(self, socket: ClientConnection, content: Any) -> Any:
        socket.send(json.dumps(content))
        return json.loads(socket.recv(timeout=10))


class EverythingTests(Board):
    """Rows cross in both directions; each test begins with empty tables."""

    def test_a_view_writes_what_the_test_reads(self) -> None:
        assert self.get("/write/?text=one") == "one"
        assert [str(note) for note in Note.objects.all()] == ["one"]

    def test_a_view_reads_what_the_test_writes_in_each_database(self) -> None:
        Note.objects.create(text="one")
        Note.objects.using("archive").create(text="two")
        Note.objects.using("archive").create(text="three")
        assert self.get("/count/") == "1"
        assert self.get("/count/?database=archive") == "2"

    def test_both_kinds_of_consumer_write_what_the_test_reads(self) -> None:
        with self.open("/ws/async/") as one, self.open("/ws/sync/") as two:
            assert self.ask(one, {"text": "a"}) == {"stored": "a"}
            assert self.ask(two, {"text": "b"}) == {"stored": "b"}
            assert {str(note) for note in Note.objects.all()} == {"a", "b"}

    def test_tables_are_empty_at_the_start_of_a_test(self) -> None:
        assert self.get("/count/") == "0"

    def test_static_files_are_served(self) -> None:
        assert "teal" in self.get("/static/board/board.css")

    async def test_an_asynchronous_test_uses_the_database_and_the_server(self) -> None:
        await Note.objects.acreate(text="one")
        assert self.get("/count/") == "1"


class EverythingAgainTests(EverythingTests):
    """A second class in the same process."""


class InProcessTests(Board):
    """What only a server in the test's own process can do."""

    def test_a_group_message_from_the_test_reaches_the_client(self) -> None:
        with self.open("/ws/async/") as socket:
            self.ask(socket, {"text": "a"})
            message = {"type": "board.tell", "text": "hi"}
            async_to_sync(get_channel_layer().group_send)("board", message)
            assert json.loads(socket.recv(timeout=5)) == {"told": "hi"}
