"""What a lab opens before it can begin: the application and its Django project."""

import asyncio
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from asgilab.communicators import ContextChoice, LifespanCommunicator, Wiring
from asgilab.errors import LifespanFailed, NoOutput, UsageError
from asgilab.lab._import_string import add_to_path, check_application, load_application
from asgilab.sessions import Session
from asgilab.taps import LogTap

if TYPE_CHECKING:
    from asgilab.django import Project, Sandbox

Lifespan = Literal["auto", "on", "off"]

_AT_ONCE: Final = 4_000_000
"""Bytes that are copied in less time than it takes to wake a thread, or nearly."""


def absolute(app_dir: str | None) -> str | None:
    """Return a folder as it is called from any other, or None where there is none."""
    return None if app_dir is None else str(Path(app_dir).expanduser().resolve())


def open_application(application: Any, app_dir: str | None) -> Any:
    """Return the application, imported if it was given as an import string.

    Raises:
        ApplicationNotFound: The import string leads nowhere.
        NotAnApplication: It leads, or the object is, something else.
    """
    if isinstance(application, str):
        return load_application(application, app_dir)
    check_application(application, repr(application))
    return application


def open_project(
    settings: str | None, app_dir: str | None, database: Literal["test", "project"]
) -> "Project | None":
    """Set up the Django project of some settings; None where there are no settings.

    Raises:
        UsageError: The settings cannot be used.
    """
    if settings is None:
        return None
    add_to_path(app_dir)
    from asgilab.django import Project

    return Project(settings, database)


def open_databases(
    project: "Project | None",
    database: Literal["test", "project"],
    session: Session,
    stack: ExitStack,
) -> "Project | None":
    """Give a lab the databases of its project, even of one that nobody named.

    An application may have brought its settings along, and its database is to
    be spared all the same. Only now is it looked for, since what sets Django up
    may come after the lab was made.

    Args:
        project: The project that was named, or None.
        database: Which databases to use.
        session: The session of the lab: it gets the name of the settings.
        stack: Takes back, when it is closed, what is opened.

    Returns:
        The project; None where there is none, or where a test runner has given
        it databases to try things on.

    Raises:
        UsageError: The project cannot be set up.
    """
    if project is None and "django.conf" in sys.modules:
        from asgilab.django import project_in_use

        project = project_in_use(database)
    if project is not None:
        stack.callback(project.close)
        session.settings = session.settings or project.settings
        project.open()
    return project


async def enter_sandbox(sandbox: "Sandbox", stack: ExitStack) -> None:
    """Make the copies of a sandbox; in a thread where that may take a while.

    Args:
        sandbox: The sandbox of a lab.
        stack: Takes it back, when it is closed.
    """
    if sandbox.size < _AT_ONCE:
        stack.enter_context(sandbox)
    else:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, stack.enter_context, sandbox)


def open_taps(stack: ExitStack) -> None:
    """Listen to the logs, and to the channel layers where Channels is in use."""
    stack.enter_context(LogTap())
    conf = sys.modules.get("django.conf")
    configured = conf is not None and conf.settings.configured
    if configured and "channels.layers" in sys.modules:
        from asgilab.django import LayerTap

        stack.enter_context(LayerTap())


async def start_up(
    application: Any, mode: Lifespan, wiring: Wiring, context: ContextChoice = "blank"
) -> LifespanCommunicator | None:
    """Send the startup event; return its connection, None where there is none.

    By the specification an application that raises has no lifespan (LIFE-07). One
    that takes the event and does nothing about it is taken for the same.

    Args:
        application: The application.
        mode: ``"auto"``, ``"on"`` or ``"off"``.
        wiring: What the lifespan is plugged into.
        context: Context variables of the application.

    Raises:
        LifespanFailed: The application answered that it failed.
        NoOutput: It has not answered yet, and may still be about to.
        UsageError: ``mode`` insists on a lifespan, and the server runs none.
        Exception: What it raised instead, if ``mode`` insists on a lifespan.
    """
    if mode == "off" or not _runs_lifespans(wiring, mode):
        return None
    gateless = replace(wiring, gates=None, isolate_threads=False, strict=False)
    lifespan = LifespanCommunicator(application, context=context, wiring=gateless)
    try:
        await lifespan.startup()
    except LifespanFailed:
        lifespan.stop(exceptions=False)
        raise
    except Exception as error:
        lifespan.stop(exceptions=False)
        if mode == "on" or (isinstance(error, NoOutput) and not _waits(lifespan)):
            raise
        return None
    return lifespan


def _waits(lifespan: LifespanCommunicator) -> bool:
    """Tell whether the application has nothing in mind but its next event."""
    return lifespan.quiet is not None and lifespan.quiet.final


def _runs_lifespans(wiring: Wiring, mode: Lifespan) -> bool:
    habits = wiring.habits
    if habits is None or habits.lifespan:
        return True
    if mode == "on":
        msg = f"{habits.name} runs no lifespan; expected lifespan='auto' or 'off'."
        raise UsageError(msg)
    return False
