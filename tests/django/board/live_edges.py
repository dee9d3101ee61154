"""Live test cases that something is peculiar about; each is run on its own."""

import os
import signal
import sys
import threading
from typing import Any

from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler

from tests.django.board.live_everything import Board, EverythingTests


class LambdaTests(EverythingTests):
    """Its static files come through a lambda, which cannot be pickled."""

    static_wrapper = lambda application: ASGIStaticFilesHandler(application)  # noqa: E731  # a lambda is the case


class BrokenSetUpTests(Board):
    """Fails to set up once the server runs."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        msg = "the class is broken"
        raise RuntimeError(msg)

    def test_nothing(self) -> None:
        raise AssertionError


class KilledTests(Board):
    """Tells what there is to be left behind, and is killed."""

    def test_being_killed(self) -> None:
        from django.db import connections

        name = connections["default"].settings_dict["NAME"]
        sys.stdout.write(f"{self.live_server.port} {name}\n")
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


class FailingTests(Board):
    """Fails because the application does."""

    def test_the_view(self) -> None:
        assert self.get("/fail/") == "what never comes"

    def test_threads(self) -> None:
        names: Any = {thread.name for thread in threading.enumerate()}
        assert "asgilab-live-server" in names
