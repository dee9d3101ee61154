"""A session that grows with the file that a recorder is writing.

What shows a session watches it, so a timeline of such a one is live. Reading the
lines is the business of ``asgilab.live``.
"""

import threading
import weakref
from pathlib import Path
from typing import Final

from asgilab.errors import AsgilabError
from asgilab.live import Tail
from asgilab.sessions import Session, load

_LOOK_SECONDS: Final = 0.1


def follow(path: Path) -> Session:
    """Return the session in a file, to which is added whatever is written there.

    That ends with the session: when nobody has it any more, nobody reads the file.

    Raises:
        SessionFileError: The file is no session file, or a line in it is broken.
        OSError: The file cannot be read.
    """
    tail = Tail(path)
    try:
        first, _ = tail.read()
        session = load(path) if first is None else first  # It may be a header alone.
    except BaseException:
        tail.close()
        raise
    session.warnings.clear()  # A last line that is torn is still being written.
    following = threading.Thread(
        target=_follow,
        args=(tail, weakref.ref(session)),
        name="asgilab following",
        daemon=True,
    )
    following.start()
    return session


def _follow(tail: Tail, wanted: "weakref.ref[Session]") -> None:
    waiting = threading.Event()
    while not waiting.wait(_LOOK_SECONDS):
        session = wanted()
        if session is None:
            break
        try:
            more, _ = tail.read()
        except (AsgilabError, OSError) as error:
            session.warnings.append(f"It is followed no longer: {error}")
            break
        if more is not None:
            add(session, more)
        del session, more
    tail.close()


def add(session: Session, more: Session) -> None:
    """Add the events of one session to another, at the times when they happened."""
    session.options.update(more.options)
    later = (more.started - session.started).total_seconds()
    before = len(session)
    for event in more:
        cause = None if event.cause is None else event.cause + before
        session.record(
            event.at + later,
            event.connection,
            event.kind,
            event.message,
            event.source,
            cause,
            event.note,
        )
