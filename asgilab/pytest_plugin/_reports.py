"""What a failing test tells: the timelines of its connections, and where they lie.

Whatever goes wrong in here is told in a line of the report: it must not stand in
the way of the failure that it is about.
"""

import os
import re
import shutil
import sys
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import pytest

from asgilab.errors import UsageError
from asgilab.pytest_plugin._choice import settings_module

if TYPE_CHECKING:
    from asgilab.live import LiveServer
    from asgilab.sessions import Session

FAILED: Final = pytest.StashKey[bool]()
"""Set on a test that has failed before its fixtures were torn down."""
SERVER: "Final[pytest.StashKey[LiveServer]]" = pytest.StashKey()
"""The live server of a test."""

_TITLE: Final = "asgilab timeline"
_SHOWN: Final = 60
"""Events of a session that a report shows at most, the last ones."""
_LONGEST_NAME: Final = 150
"""Bytes of a file name, of 255 that there may be."""
_TOLD: Final[WeakKeyDictionary[Any, int]] = WeakKeyDictionary()
"""How many events of a session belong to earlier tests, or were shown already."""


def add_server_errors(item: pytest.Item, call: pytest.CallInfo[Any]) -> None:
    """Add what the live server's application raised to the failure of a test."""
    server = item.stash.get(SERVER, None)
    if server is None or call.when != "call" or call.excinfo is None:
        return
    if not call.excinfo.errisinstance(pytest.skip.Exception):
        from asgilab.live import note_on

        note_on(call.excinfo.value, server.errors)


def shorten(report: pytest.TestReport, call: pytest.CallInfo[Any]) -> None:
    """Show what is wrong with a test's marker as the sentence that it is.

    Where the error passed through code of the user, all of it is shown.
    """
    failure = call.excinfo
    if failure is None or call.when != "setup" or not failure.errisinstance(UsageError):
        return
    from asgilab.engine import is_user_code

    if not any(is_user_code(str(step.path)) for step in failure.traceback):
        report.longrepr = failure.getrepr(style="no")


def add_timelines(item: pytest.Item, report: pytest.TestReport) -> None:
    """Add the timelines to the report of a failure, and save the sessions."""
    if report.failed:
        item.stash[FAILED] = True
        sessions = _of_this_test()
        if sessions:
            report.sections.append((_TITLE, _text(item, sessions)))
    if report.failed or report.when == "teardown":
        for session in _live_sessions():
            _TOLD[session] = len(session)


def _live_sessions() -> "list[Session]":
    """Return the sessions there are; none where no communicator was ever imported."""
    communicators = sys.modules.get("asgilab.communicators")
    return [] if communicators is None else communicators.live_sessions()


def _of_this_test() -> "list[Session]":
    """Return the sessions in which something has happened since the last test."""
    return [one for one in _live_sessions() if len(one) > _TOLD.get(one, 0)]


def _text(item: pytest.Item, sessions: "list[Session]") -> str:
    parts = []
    for number, session in enumerate(sessions, start=1):
        parts += [_drawn(session), _saved(item, session, number)]
    return "\n".join(part for part in parts if part)


def _drawn(session: "Session") -> str:
    try:
        from asgilab.rendering import to_text

        width = shutil.get_terminal_size((100, 24)).columns
        return to_text(session, last=_SHOWN, width=width)
    except Exception as error:
        return f"The timeline cannot be drawn: {error!r}"


def _saved(item: pytest.Item, session: "Session", number: int) -> str:
    """Save a session; return the line that says where, or why not."""
    try:
        folder = _folder(item.config)
        if folder is None:
            return ""
        session.settings = session.settings or settings_module()
        path = session.save(folder / _file_name(item.nodeid, number))
    except Exception as error:
        return f"The session cannot be saved: {error!r}"
    return f"saved: {_relative(path, item.config)}"


def _folder(config: pytest.Config) -> Path | None:
    """Return the folder for sessions: as configured, else in pytest's cache."""
    chosen = config.getini("asgi_sessions")
    if chosen:
        folder: Path = config.rootpath / chosen
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    cache = getattr(config, "cache", None)  # absent with -p no:cacheprovider
    return None if cache is None else Path(str(cache.mkdir("asgilab")))


def _file_name(node_id: str, number: int) -> str:
    """Return a file name that a reader knows the test by, and no other test has."""
    readable = re.sub(r"[^\w.\[\]=,+-]+", "-", node_id)
    if readable != node_id.replace("/", "-").replace("::", "-"):
        readable += "-" + sha256(node_id.encode()).hexdigest()[:8]
    if len(os.fsencode(readable)) > _LONGEST_NAME:
        digest = sha256(node_id.encode()).hexdigest()[:8]
        start = os.fsencode(readable)[:_LONGEST_NAME].decode(errors="ignore")
        readable = f"{start}-{digest}"
    nth = "" if number == 1 else f"-{number}"
    return f"{readable}{nth}.asgilab.jsonl"


def _relative(path: Path, config: pytest.Config) -> str:
    here = config.invocation_params.dir
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
