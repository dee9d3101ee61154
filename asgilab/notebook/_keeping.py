"""The magics about what happened: timeline, save, load, export."""

import shutil
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from IPython.core.magic_arguments import argument

from asgilab.engine import LabLoop, LoopThread
from asgilab.errors import ExportError, UsageError
from asgilab.export import Exported, export_test
from asgilab.lab import Lab, check_output, check_test_file, replay_elsewhere
from asgilab.notebook._arguments import check_name
from asgilab.notebook._cards import Card
from asgilab.notebook._controls import LabControls
from asgilab.notebook._driving import cross
from asgilab.notebook._following import follow
from asgilab.notebook._laboratory import Laboratory
from asgilab.notebook._magic import Call, asgi_magic
from asgilab.notebook._results import ExportCard, Note, Saved, TextTimeline
from asgilab.rendering import visible
from asgilab.sessions import Session, load

T = TypeVar("T")

_SESSION = "variable or file of a session; default: the lab's own"


@asgi_magic()
@argument("session", nargs="?", help=_SESSION)
async def asgi_timeline(laboratory: Laboratory, call: Call) -> Any:
    """Show what happened, live: connections side by side, events in order.

    Its buttons step and continue paused connections. In a terminal it is text.
    """
    session = chosen_session(laboratory, call, call.arguments.session)
    if not hasattr(laboratory.shell, "kernel"):
        width = shutil.get_terminal_size((100, 24)).columns
        return TextTimeline(session, width)
    # Imported late: a terminal needs no widgets.
    from asgilab.notebook.widgets import TimelineWidget

    if call.arguments.session is not None:
        loaded = TimelineWidget(session)
        laboratory.timelines.append(loaded)
        return loaded
    if laboratory.timeline is None:
        controls = LabControls(laboratory.lab, laboratory.statuses, laboratory.loop)
        laboratory.timeline = TimelineWidget(session, controls=controls)
        laboratory.timelines.append(laboratory.timeline)
    return laboratory.timeline


@asgi_magic()
@argument("file", help="by custom called *.asgilab.jsonl")
@argument("--session", metavar="SESSION", help=_SESSION)
async def asgi_save(laboratory: Laboratory, call: Call) -> Card:
    """Save the session to a file."""
    session = chosen_session(laboratory, call, call.arguments.session)
    path = _path(call)
    check_output(path)
    try:
        return Saved(session.save(path), len(session))
    except OSError as error:
        msg = f"The session cannot be saved to {path}: {error.strerror or error}."
        raise UsageError(msg) from None


@asgi_magic()
@argument("file", help="file that %%asgi_save has written")
@argument("--as", dest="name", default="loaded", metavar="NAME", help="variable name")
@argument(
    "--follow", action="store_true", help="go on reading while the file is written"
)
async def asgi_load(laboratory: Laboratory, call: Call) -> Card:
    """Load a session from a file into a variable of the notebook.

    The lab and its own session are not touched. With --follow the session grows
    with the file that a recorder is writing, and so does a timeline of it.
    """
    name = call.arguments.name
    if not name.isidentifier():
        msg = f"{name!r} cannot be a variable. Expected a name such as 'loaded'."
        raise UsageError(msg)
    check_name(name)
    following = call.arguments.follow
    session = _load(call.arguments.file, follow if following else load)
    if not laboratory.settings.redact:
        session.redact = None
    laboratory.shell.user_ns[name] = session
    who = ", ".join(session.connections) or "no connection"
    text = f"{name} is a session of {len(session)} event(s) on {who}."
    goes_on = ("it goes on with the file",) if following else ()
    shown = f"%asgi_timeline {name} shows it"
    return Note(text, (*session.warnings, *goes_on, shown))


@asgi_magic()
@argument("file", help="test file to write, such as tests/test_lobby.py")
@argument("--session", metavar="SESSION", help=_SESSION)
@argument(
    "--target", choices=["asgilab", "channels"], help="whose communicators it uses"
)
@argument("--name", help="name of the test function")
@argument("--no-run", action="store_true", help="write it, and do not run it")
async def asgi_export(laboratory: Laboratory, call: Call) -> Card:
    """Write the session as a pytest file, and run it in a fresh pytest.

    Values that differ between two replays become matchers.
    """
    arguments = call.arguments
    check_test_file(_path(call))
    session = chosen_session(laboratory, call, call.arguments.session)
    # On a loop of its own: the lab's may be held, and its clock stand still.
    thread = LoopThread(lambda: LabLoop("virtual"), "asgilab export")
    options: dict[str, Any] = {
        "target": arguments.target or "asgilab",
        "name": arguments.name,
        "run": not arguments.no_run,
        "elsewhere": replay_elsewhere,
        "progress": _tell,
    }

    async def work(fresh: Any) -> Exported:
        path = _path(call)
        return await export_test(session, path, fresh_lab=fresh, **options)

    try:
        done = with_fresh_labs(laboratory, session, work)
        return ExportCard(await cross(done, thread.loop))
    finally:
        thread.stop()


async def with_fresh_labs(
    laboratory: Laboratory, session: Session, work: Callable[[Any], Awaitable[T]]
) -> T:
    """Do something that needs fresh labs of the application that a session is of.

    Args:
        laboratory: The laboratory.
        session: The session.
        work: Is given what makes fresh labs; runs on the loop that is running.

    Raises:
        ExportError: The session does not say which application it is of.
    """
    if laboratory.has_lab and _same_application(laboratory.lab.session, session):
        return await work(laboratory.lab.fresh)
    if session.application is None:
        msg = (
            "The session does not say which application it is of. Expected one that "
            "began with %asgi_app module:attribute."
        )
        raise ExportError(msg)
    lab = Lab(session.application, settings=session.settings, app_dir=session.app_dir)
    async with lab:
        return await work(lab.fresh)


def _tell(sentence: str) -> None:
    """Say what is being done while the cell runs."""
    sys.stdout.write(f"{visible(sentence)}\n")
    sys.stdout.flush()


def _same_application(one: Session, other: Session) -> bool:
    return (one.application, one.settings) == (other.application, other.settings)


def chosen_session(laboratory: Laboratory, call: Call, wanted: str | None) -> Session:
    """Return the session that a magic means: a variable's, a file's or the lab's."""
    if wanted is None:
        return laboratory.lab.session
    found = call.variables.get(wanted)
    return found if isinstance(found, Session) else _load(wanted)


def _path(call: Call) -> Path:
    return Path(call.arguments.file).expanduser()


def _load(file: str, read: Callable[[Path], Session] = load) -> Session:
    try:
        return read(Path(file).expanduser())
    except OSError as error:
        msg = (
            f"There is no session to read at {file}: {error.strerror or error}. "
            "Expected a file that %asgi_save has written."
        )
        raise UsageError(msg) from None
