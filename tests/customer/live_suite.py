"""A live test case as a user of Channels writes one, for the example's chat.

``test_live_server_test_case.py`` beside it runs this file: with Django's own test
runner and with pytest-django, on a database in memory and on one in a file.
"""

# Django's own test runner runs this, so the assertions are those of unittest.
# ruff: noqa: PT009, PT027

import json
import subprocess
import sys
import urllib.error
import urllib.request

from django.contrib.auth.models import User
from django.test import Client, override_settings
from websockets.sync.client import ClientConnection, connect

from asgilab.testing import ChannelsLiveServerTestCase
from chat.models import Message

FETCH = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1]).status)"
SCRIPT = "/static/chat/room.js"


class SomeLiveTests(ChannelsLiveServerTestCase):
    """Everything that the document promises of the class."""

    def join(self, user: User, room: str) -> ClientConnection:
        """Connect to a room as a browser would, signed in."""
        client = Client()
        client.force_login(user)
        return connect(
            f"{self.live_server_ws_url}/ws/chat/{room}/",
            additional_headers={
                "Cookie": f"sessionid={client.cookies['sessionid'].value}",
                "Origin": self.live_server_url,
            },
        )

    def test_an_external_program_reaches_the_server(self) -> None:
        """A process of its own gets a page at live_server_url."""
        finished = subprocess.run(
            [sys.executable, "-c", FETCH, f"{self.live_server_url}/login/"],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        self.assertEqual(finished.stdout.strip(), "200")

    def test_the_addresses_name_the_host_and_one_port(self) -> None:
        """Both addresses are those of one server."""
        self.assertRegex(self.live_server_url, r"^http://localhost:\d+$")
        self.assertEqual(
            self.live_server_ws_url, self.live_server_url.replace("http", "ws")
        )

    def test_the_server_sees_what_the_test_stored(self) -> None:
        """A user and a session made here are good there."""
        alice = User.objects.create_user("alice")
        client = Client()
        client.force_login(alice)
        request = urllib.request.Request(f"{self.live_server_url}/")
        cookie = client.cookies["sessionid"].value
        request.add_header("Cookie", f"sessionid={cookie}")
        with urllib.request.urlopen(request, timeout=10) as page:
            self.assertIn(b'<span id="user">alice</span>', page.read())

    def test_the_test_sees_what_the_server_stored(self) -> None:
        """A message sent over a real websocket is a row here."""
        self.assertEqual(Message.objects.count(), 0)
        with self.join(User.objects.create_user("alice"), "lobby") as socket:
            socket.send(json.dumps({"message": "hi"}))
            heard = json.loads(socket.recv(timeout=10))
        self.assertEqual(Message.objects.get().as_json(), heard)

    def test_each_test_begins_with_an_empty_database(self) -> None:
        """What the test above or below stored is gone."""
        self.assertEqual(Message.objects.count(), 0)
        with self.join(User.objects.create_user("alice"), "lobby") as socket:
            socket.send(json.dumps({"message": "hi"}))
            socket.recv(timeout=10)

    def test_two_clients_talk_to_each_other(self) -> None:
        """The channel layer is one for all connections of the server."""
        alice, bob = map(User.objects.create_user, ("alice", "bob"))
        with self.join(alice, "lobby") as first, self.join(bob, "lobby") as second:
            notice = {"notice": "joined", "user": "bob"}
            self.assertEqual(json.loads(first.recv(timeout=10)), notice)
            second.send(json.dumps({"message": "hi"}))
            self.assertEqual(json.loads(first.recv(timeout=10))["from"], "bob")

    def test_static_files_are_served_without_collectstatic(self) -> None:
        """They come from the applications' static folders."""
        with urllib.request.urlopen(self.live_server_url + SCRIPT) as answer:
            self.assertIn(b"WebSocket", answer.read())


class ServingStatic(ChannelsLiveServerTestCase):
    """What the document writes out: serve_static = True."""

    serve_static = True

    def test_static_files_are_served(self) -> None:
        """They are."""
        with urllib.request.urlopen(self.live_server_url + SCRIPT) as answer:
            self.assertEqual(answer.status, 200)


class ServingNoStatic(ChannelsLiveServerTestCase):
    """The contrary of it."""

    serve_static = False

    def test_static_files_are_not_served(self) -> None:
        """Django answers that there is no such page."""
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(self.live_server_url + SCRIPT)
        caught.exception.close()
        self.assertEqual(caught.exception.code, 404)


class RunningHere(ChannelsLiveServerTestCase):
    """What the server of Channels cannot do: it runs in another process."""

    @override_settings(LOGIN_URL="/elsewhere/")
    def test_settings_of_one_test_reach_the_server(self) -> None:
        """A changed setting holds there too."""
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"{self.live_server_url}/")
        caught.exception.close()
        self.assertTrue(caught.exception.url.endswith("/elsewhere/?next=/"))
