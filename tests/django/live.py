"""Running a live test case in this process, and talking to its server."""

import json
import unittest
import urllib.error
import urllib.request
from contextlib import AbstractContextManager
from typing import Any

from django.test import override_settings
from websockets.sync.client import ClientConnection, connect

from asgilab.django import ChannelsLiveServerTestCase

pages = override_settings(
    ASGI_APPLICATION="tests.django.pages.application",
    ROOT_URLCONF="tests.django.pages",
)


def fetch(url: str) -> str:
    """Return the body of a page; an HTTPError that it raises holds no socket."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        error.close()
        raise


class LiveCase(ChannelsLiveServerTestCase):
    """What the cases of these tests share."""

    def get(self, path: str) -> str:
        return fetch(self.live_server_url + path)

    def open(self, path: str) -> AbstractContextManager[ClientConnection]:
        """Connect as a browser does: from the page's own origin."""
        url, origin = self.live_server_ws_url + path, self.live_server_url
        return connect(url, origin=origin, open_timeout=10)

    def ask(self, socket: ClientConnection, content: Any) -> Any:
        socket.send(json.dumps(content))
        return json.loads(socket.recv(timeout=10))


def run(*cases: type[unittest.TestCase]) -> unittest.TestResult:
    """Run all tests of the cases, class after class, as a test runner does."""
    load = unittest.defaultTestLoader.loadTestsFromTestCase
    result = unittest.TestResult()
    unittest.TestSuite([load(case) for case in cases]).run(result)
    return result


def outcome(result: unittest.TestResult) -> str:
    """Return ``"ok"``, or everything that a test runner would print."""
    told = [text for _, text in (*result.failures, *result.errors)]
    return "\n".join(told) or ("ok" if result.testsRun else "no test was run")
