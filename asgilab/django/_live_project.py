"""A Django project on a live server: its hosts, its views' errors, its connections.

The test case (``_live_case``) and the pytest fixture are thin over this.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from channels.routing import get_default_application
from django.conf import settings
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.signals import got_request_exception
from django.db import connections

from asgilab.django._live_connections import closing_new_connections
from asgilab.django._live_hosts import host_allowed
from asgilab.django._live_process import ProjectState
from asgilab.django._relocation import Relocated
from asgilab.live import LiveServer, MadeElsewhere, OnError, Server, serving
from asgilab.types import Application

StaticWrapper = Callable[[Application], Application]
"""Wraps an application so that static files are served, too."""


def _collect_view_error(request: Any = None, **_rest: Any) -> None:
    """Keep what a view raised: Django answers it, so no server ever sees it."""
    collecting, error = serving(), sys.exc_info()[1]
    if collecting is not None and isinstance(error, Exception):
        collecting.collect(error, f"{request.method} {request.path}")


got_request_exception.connect(
    _collect_view_error, weak=False, dispatch_uid="asgilab.view_errors"
)


def make_application(
    static_wrapper: StaticWrapper | None, application: Application | None = None
) -> Application:
    """Return an application, by custom the project's own, wrapped if asked."""
    if application is None:
        application = get_default_application()
    return application if static_wrapper is None else static_wrapper(application)


def relocated_for(server: Server) -> Relocated:
    """Return the move of the databases to where that server can share them."""
    return Relocated(place="disk" if server == "process" else "memory")


@contextmanager
def served(
    factory: Callable[[], Application],
    *,
    host: str = "localhost",
    port: int = 0,
    server: Server = "uvicorn",
    tls: bool = False,
    options: Mapping[str, Any] | None = None,
    on_error: OnError = "raise",
) -> Iterator[LiveServer]:
    """Serve an application of this project, whose databases are relocated already.

    Args:
        factory: Returns the application; with ``server="process"`` it is called
            over there, and has to be picklable.
        host: See :class:`asgilab.live.LiveServer`, as for the rest.
        port: The port; 0 takes any free one.
        server: What serves it.
        tls: Serve https and wss.
        options: More arguments for the server.
        on_error: What to do about errors that are left at the end.
    """
    made = factory()
    with host_allowed(host, made), closing_new_connections():
        application: Application | MadeElsewhere = made
        if server == "process":
            over_there = partial(_made_over_there, factory, host)
            application = MadeElsewhere(over_there, ProjectState.now())
        with LiveServer(
            application,
            host,
            port,
            server,
            tls=tls,
            options=options,
            on_error=on_error,
            at_connection_end=close_connections,
        ) as running:
            yield running


@contextmanager
def live_project(
    application: Application | None = None,
    *,
    host: str = "localhost",
    port: int = 0,
    server: Server = "uvicorn",
    serve_static: bool | None = None,
    static_wrapper: StaticWrapper = ASGIStaticFilesHandler,
    tls: bool = False,
    on_error: OnError = "raise",
) -> Iterator[LiveServer]:
    """Serve an application of this project while the ``with`` lasts.

    In-memory SQLite databases move to where all threads can use them, and what
    is written there is gone afterwards. Tables are not flushed: that is the
    affair of the test, as with ``transactional_db`` of pytest-django.

    Args:
        application: The application. Default: ``settings.ASGI_APPLICATION``.
        host: Name or address to listen on, allowed in ``ALLOWED_HOSTS``.
        port: The port; 0 takes any free one.
        server: ``"uvicorn"``, ``"daphne"`` or ``"process"``.
        serve_static: Whether static files are served without ``collectstatic``.
            Default: if the project has a ``STATIC_URL``.
        static_wrapper: What serves them.
        tls: Serve https and wss with a throw-away certificate.
        on_error: ``"raise"``, ``"warn"`` of or ``"keep"`` the errors of the
            application that are still in ``server.errors`` at the end.

    Raises:
        UsageError: A transaction is open on a database, as inside ``TestCase``
            or the ``db`` fixture of pytest-django.

    Example::

        @pytest.fixture
        def chat(transactional_db):
            with live_project() as server:
                yield server
    """
    if serve_static is None:
        serve_static = bool(settings.STATIC_URL)
    wrapper = static_wrapper if serve_static else None
    factory = partial(make_application, wrapper, application)
    with (
        relocated_for(server),
        served(
            factory, host=host, port=port, server=server, tls=tls, on_error=on_error
        ) as running,
    ):
        yield running


def close_connections() -> None:
    """Close the database connections of this thread, whose ASGI connection ended."""
    connections.close_all()


def _made_over_there(factory: Callable[[], Application], host: str) -> Application:
    """Make the application in the server's process, which lives only for it."""
    application = factory()
    host_allowed(host, application).__enter__()
    return application
