"""The first events of another lab's session, which a fork begins with.

Replaying them and judging what comes is done in ``asgilab.replay``; here is what
a lab has to do with it.
"""

import sys
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol
from weakref import WeakKeyDictionary

from asgilab.communicators import ApplicationCommunicator
from asgilab.errors import AsgilabWarning, UsageError
from asgilab.replay import FreshLab, Prefix, replay_prefix, sent_before
from asgilab.sessions import Session

if TYPE_CHECKING:
    from asgilab.django import Project


_WHOLE: Final[WeakKeyDictionary[Session, Session]] = WeakKeyDictionary()
"""The latest copy of each session that was forked: many forks come of the same."""


class NewLab(FreshLab, Protocol):
    """What a fork needs of a lab."""

    @property
    def connections(self) -> dict[str, ApplicationCommunicator]:
        """The connections by name."""
        ...


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a fork comes from.

    Attributes:
        session: The session that it was forked from, up to the event.
        at: How many events of that session it begins with.
    """

    session: Session
    at: int

    async def again(self, lab: NewLab) -> Prefix:
        """Replay the events in a lab that has just begun.

        Raises:
            ForkParted: Something else came of them.
        """
        prefix = await replay_prefix(self.session, lab, self.at)
        for event, reason in prefix.uncertain[:1]:
            text = f"The fork is uncertain from event {event} on: {reason}."
            warnings.warn(text, AsgilabWarning, stacklevel=2)
        for name, communicator in lab.connections.items():
            _read(communicator, sent_before(self.session, self.at, name))
        return prefix


def _read(communicator: ApplicationCommunicator, count: int) -> None:
    """Take what a client had been sent by then out of its unread messages."""
    queue = communicator.output_queue
    for message in communicator.drain()[count:]:
        queue.put_nowait(message)


def origin(session: Session, at: int | None) -> Origin:
    """Return where a fork of a session comes from.

    Raises:
        UsageError: The session has no such number of events.
    """
    count = len(session) if at is None else at
    if not 0 <= count <= len(session):
        msg = f"There is no event {at} to fork at; expected 0 to {len(session)}."
        raise UsageError(msg)
    whole = _WHOLE.get(session)
    if whole is None or len(whole) != len(session):
        whole = _WHOLE[session] = session.prefix(len(session))
    whole.redact = session.redact
    return Origin(whole, count)


def check_databases(project: "Project | None") -> None:
    """Make sure that a fork has databases of its own.

    Raises:
        UsageError: It would write into one that the lab it comes from uses, too.
    """
    shared = _shared(project)
    if shared:
        names = ", ".join(map(repr, shared))
        msg = (
            f"A fork needs a copy of each database, and there is none of {names}: "
            "only SQLite is copied, and not what a test runner looks after. Expected "
            "a lab with test databases of its own."
        )
        raise UsageError(msg)


def check_test_database(project: "Project | None") -> None:
    """Make sure that a fresh lab does not repeat a session on the real database.

    Raises:
        UsageError: The lab that it is made of works on the project's own.
    """
    if project is not None and project.database == "project":
        msg = (
            "This lab works on the project's own database, and a replay or an export "
            "would write there once more. Expected a lab on the test database: "
            "%asgi_app without --database project (Lab without database='project'), or "
            "the session saved with %asgi_save FILE, for 'asgilab replay FILE' and "
            "'asgilab export FILE'."
        )
        raise UsageError(msg)


def _shared(project: "Project | None") -> list[str]:
    if project is not None:
        return project.shared_databases()
    if "django.conf" not in sys.modules:
        return []
    from asgilab.django import databases_of_the_test

    return databases_of_the_test()
