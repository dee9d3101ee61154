"""The test case for a Django project with Channels on a real server.

A drop-in for the one of ``channels.testing``, whose names it keeps. How a
project is served lives in ``_live_project``; nothing else of a test run does.
"""

import functools
import unittest
import warnings
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.test.testcases import TransactionTestCase
from django.utils.functional import classproperty

from asgilab.django._live_connections import beside_a_loop
from asgilab.django._live_project import make_application, relocated_for, served
from asgilab.errors import AsgilabWarning, UsageError
from asgilab.live import LiveServer, OnError, Server, note_on, report
from asgilab.types import Application


class ChannelsLiveServerTestCase(TransactionTestCase):
    """A test case whose project is served on a real port while its tests run.

    Use it with what needs an address: Selenium, Playwright, a websocket client.
    The server runs in a thread of the test process. So it sees mocks and
    settings that are changed inside of a test, and an in-memory SQLite test
    database works, as does any other.

    What the application raises while a test runs is in ``server_errors``. If
    the test fails, it becomes part of the failure; if not, and the test has
    not taken it out of the list, a warning tells it.

    Attributes:
        host: Name or address to listen on, in ``ALLOWED_HOSTS`` meanwhile.
        port: The port; 0 takes any free one.
        serve_static: Whether static files are served, without ``collectstatic``.
        static_wrapper: What serves them: called with the application.
        server: ``"uvicorn"``; ``"daphne"``; or ``"process"``, uvicorn in a
            process of its own, which sees no mocks.
        server_options: More arguments for ``uvicorn.Config`` or Daphne's
            ``Server``.
        tls: Serve https and wss with a throw-away certificate.
        on_server_error: ``"warn"`` of errors that are left in
            ``server_errors`` when a test has passed, ``"raise"`` them, or
            ``"keep"`` silent.
        live_server: The running :class:`asgilab.live.LiveServer`.

    Example::

        class RoomTests(ChannelsLiveServerTestCase):
            def test_two_people_meet(self):
                with connect(f"{self.live_server_ws_url}/ws/chat/lobby/") as alice:
                    alice.send('{"message": "hi"}')
    """

    host: ClassVar[str] = "localhost"
    port: ClassVar[int] = 0
    serve_static: ClassVar[bool] = True
    static_wrapper: ClassVar[Callable[[Any], Any]] = ASGIStaticFilesHandler
    server: ClassVar[Server] = "uvicorn"
    server_options: ClassVar[Mapping[str, Any]] = {}
    tls: ClassVar[bool] = False
    on_server_error: ClassVar[OnError] = "warn"
    live_server: ClassVar[LiveServer]

    @classproperty
    def live_server_url(cls) -> str:
        """The server's address for HTTP, such as ``http://localhost:40123``."""
        return cls.live_server.url

    @classproperty
    def live_server_ws_url(cls) -> str:
        """The server's address for websockets, such as ``ws://localhost:40123``."""
        return cls.live_server.ws_url

    @classproperty
    def server_errors(cls) -> list[Exception]:
        """What the application raised in this test; take out what was expected."""
        return cls.live_server.errors

    @classmethod
    def setUpClass(cls) -> None:
        """Start the server; all of it is undone however the class ends."""
        _refuse_process_class(cls)
        # Before Django loads fixtures, which are to be gone with the copy.
        cls.enterClassContext(relocated_for(cls.server))
        with beside_a_loop():
            super().setUpClass()
        cls.live_server = cls.enterClassContext(
            served(
                partial(_application_of, cls),
                host=cls.host,
                port=cls.port,
                server=cls.server,
                tls=cls.tls,
                options=cls.server_options,
                on_error=cls.on_server_error,
            )
        )

    def run(self, result: unittest.TestResult | None = None) -> Any:
        """Run the test, with the application's errors as notes of its failure."""
        name = self._testMethodName
        before = vars(self).get(name)
        setattr(self, name, self._noting(getattr(self, name)))
        try:
            return super().run(result)
        finally:
            delattr(self, name)
            if before is not None:
                setattr(self, name, before)

    def _noting(self, test: Callable[[], Any]) -> Callable[[], Any]:
        @functools.wraps(test)
        def noting() -> Any:
            try:
                return test()
            except unittest.SkipTest:
                raise
            except BaseException as error:
                if self.on_server_error != "keep":
                    note_on(error, self.server_errors)
                raise

        return noting

    def _post_teardown(self) -> None:
        """Let the application come to rest before Django flushes the tables."""
        if not self.live_server.settle():
            msg = (
                f"The application was still at work in a thread when {self.id()} had "
                "ended; what it writes now may turn up in the next test."
            )
            warnings.warn(AsgilabWarning(msg), stacklevel=2)
        with beside_a_loop():
            super()._post_teardown()
        report(self.server_errors, self.on_server_error)


def _application_of(case: type[ChannelsLiveServerTestCase]) -> Application:
    return make_application(case.static_wrapper if case.serve_static else None)


def _refuse_process_class(case: type[ChannelsLiveServerTestCase]) -> None:
    if hasattr(case, "ProtocolServerProcess"):
        msg = (
            f"{case.__qualname__}.ProtocolServerProcess has no meaning here. Set "
            'server to "uvicorn", "daphne" or "process", and server_options to its '
            "arguments."
        )
        raise UsageError(msg)
