"""The fixtures. All are synchronous, so that any plugin may run the event loop.

What they give opens itself on the loop that is running when it is first used.
How a loop is kept open stands in ``_loops``, how a lab ends in ``_labs``.
"""

from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from asgilab.pytest_plugin._choice import (
    Choice,
    choice_of,
    configured_validation,
    default_application,
    settings_module,
)
from asgilab.pytest_plugin._databases import shared
from asgilab.pytest_plugin._labs import end, raise_unseen
from asgilab.pytest_plugin._loops import held
from asgilab.pytest_plugin._reports import FAILED, SERVER
from asgilab.pytest_plugin._servers import serving

if TYPE_CHECKING:
    from asgilab.communicators import Response, WebsocketCommunicator
    from asgilab.lab import Lab
    from asgilab.live import LiveServer


@pytest.fixture
def asgi_app(request: pytest.FixtureRequest) -> Any:
    """The application of the tests whose marker names none; override it at will.

    It is the one of the option ``asgi_app``, or of ``ASGI_APPLICATION`` in
    Django's settings.
    """
    return default_application(request.config)


@pytest.fixture
def asgi_lab(request: pytest.FixtureRequest) -> Iterator["Lab"]:
    """A lab for the application; it opens itself on the test's loop at first use.

    When the test is over, connections that it left open are closed, and what
    the application raised without anybody receiving it is an error. A task of it
    that goes on is a warning, and an error with ``asgi(strict=True)``.
    """
    __tracebackhide__ = True
    choice = choice_of(request.node)
    from asgilab.lab import Lab

    with shared(request), held(request):
        application = _application(request, choice)
        validation = choice.validate or configured_validation(request.config)
        lab = Lab(
            application,
            clock=choice.clock,
            validate=validation,
            strict=choice.strict,
        )
        lab.session.settings = settings_module()
        yield lab
        failed = FAILED in request.node.stash
        try:
            end(lab, tell_leftovers=not failed)
        finally:
            if not failed:
                raise_unseen(lab.unseen)


@pytest.fixture
def asgi_websocket(asgi_lab: "Lab") -> "Callable[..., WebsocketCommunicator]":
    """Makes a WebSocket connection to the application; takes what Lab.websocket takes.

    Example: ``async with asgi_websocket("/ws/chat/lobby/") as alice: ...``
    """
    return asgi_lab.websocket


@pytest.fixture
def asgi_http(asgi_lab: "Lab") -> "Callable[..., Awaitable[Response]]":
    """Makes an HTTP request to the application; takes what Lab.http takes.

    That is ``method``, ``path``, and by name ``body`` (bytes), ``json``, ``headers``,
    ``cookies``, ``user``, ``name`` and ``timeout``.

    Example: ``response = await asgi_http("POST", "/rooms/", json={"name": "lobby"})``
    """
    return asgi_lab.http


@pytest.fixture
def asgi_live_server(request: pytest.FixtureRequest) -> Iterator["LiveServer"]:
    """The application on a real port, at ``url`` and ``ws_url``, while the test runs.

    With Django, the test gets a database that commits (``transactional_db``).
    What the application raises and the test leaves in ``errors`` is an error.
    """
    choice = choice_of(request.node)
    with serving(request, choice, _application(request, choice)) as server:
        request.node.stash[SERVER] = server
        yield server


def _application(request: pytest.FixtureRequest, choice: Choice) -> Any:
    return request.getfixturevalue("asgi_app") if choice.app is None else choice.app
