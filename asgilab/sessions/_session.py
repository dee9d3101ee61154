"""What happened, in order: the one list that everything else reads.

A session only grows. It holds values, never frames, tasks or database rows, so
keeping one keeps nothing of the application alive. Driving an application
lives above, in ``communicators`` and ``replay``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import CodeType
from typing import Any, overload

from asgilab.sessions._codec import dump
from asgilab.sessions._event import Event, Kind, Source
from asgilab.sessions._redaction import Redact, redact_secrets
from asgilab.sessions._redactor import Redactor
from asgilab.sessions._secret_names import named_secrets
from asgilab.sessions._writing import written

Watcher = Callable[[int], None]
"""Called with the index of each new event, on the thread that recorded it."""


Row = tuple[
    float,
    str,
    Kind,
    Mapping[str, Any],
    Source | tuple[CodeType, int] | None,
    int | None,
    str,
]
"""An event as it is stored (the fields of :class:`Event` after ``index``): a plain
tuple, because making one is on the hot path. The number beside a code object is a
line, or ``~offset`` of an instruction: which line that is, is found out later."""


@dataclass(slots=True)
class _InOrder:
    """How far the events have been read whose secrets begin in an earlier one."""

    names: frozenset[str] = field(default_factory=named_secrets)
    done: int = 0
    redactor: Redactor = field(default_factory=Redactor)
    found: dict[int, Mapping[str, Any]] = field(default_factory=dict)

    def read(self, rows: list[Row], count: int) -> None:
        """Read on until ``count`` of the events have been read."""
        for place in range(self.done, count):
            _, name, kind, message, *_ = rows[place]
            if self.redactor.concerns(name, kind, message):
                self.found[place] = self.redactor(name, kind, message)
            self.done = place + 1


class Session(Sequence[Event]):
    """The events of all connections of one run, in the order they happened.

    Args:
        application: Import string of the application, where there is one.
        settings: Django settings module, where there is one.
        app_dir: Folder that the import string is looked up in, where one was given.
        started: When the session began, in UTC. Default: now.

    Example::

        session = Session(application="chat.asgi:application")
        session.record(0.0, "alice", Kind.RECEIVE, {"type": "websocket.connect"})
        session[0].type                # 'websocket.connect'
        for event in session: ...      # all of them, in order; so is session.events
        session.of("alice")            # the events of one connection
    """

    def __init__(
        self,
        *,
        application: str | None = None,
        settings: str | None = None,
        app_dir: str | None = None,
        started: datetime | None = None,
    ) -> None:
        self.application = application
        self.settings = settings
        self.app_dir = app_dir
        self.started = started or datetime.now(UTC)
        self.options: dict[str, dict[str, Any]] = {}
        """How each connection was asked for, by name: its user, for example."""
        self.lifespan = False
        """Whether the application was started up before its connections."""
        self.clock: str | None = None
        """The clock that the times of the events are of: ``"real"``, ``"manual"`` or
        ``"virtual"``. None where nobody has said so."""
        self.redact: Redact | None = redact_secrets
        """Takes the secrets out of each event on its way out: into a file, onto a
        page, into a report. None shows all as it is; in memory nothing is taken out."""
        self.warnings: list[str] = []
        """What was noticed while the session was loaded, one sentence each."""
        self._rows: list[Row] = []
        self._in_order: list[_InOrder] = []
        self._watchers: tuple[Watcher, ...] = ()

    @property
    def events(self) -> tuple[Event, ...]:
        """All events so far; to go through many, iterate over the session itself."""
        return tuple(self)

    def record(
        self,
        at: float,
        connection: str,
        kind: Kind,
        message: Mapping[str, Any],
        source: Source | tuple[CodeType, int] | None = None,
        cause: int | None = None,
        note: str = "",
    ) -> int:
        """Append one event and tell the watchers; return its index.

        The mapping is kept as it is: hand over a copy of whatever may change.
        """
        record = self.recorder(connection, lambda: at, 0.0)
        return record(kind, message, source, cause, note)

    def recorder(
        self, connection: str, time: Callable[[], float], zero: float
    ) -> Callable[..., int]:
        """Return ``record`` for one connection, with the time filled in.

        Args:
            connection: Name of the connection.
            time: The clock, in seconds.
            zero: What the clock showed when the session began.

        Returns:
            A function of ``(kind, message, source=None, cause=None, note="")``.
        """
        rows = self._rows
        append = rows.append

        # A function of its own for each connection: on the hot path it costs less
        # than a method that is handed the same three values with every event. The
        # annotations are quoted, or else each connection would work them out.
        def record(
            kind: "Kind",
            message: "Mapping[str, Any]",
            source: "Source | tuple[CodeType, int] | None" = None,
            cause: "int | None" = None,
            note: "str" = "",
        ) -> "int":
            row = (time() - zero, connection, kind, message, source, cause, note)
            append(row)
            index = len(rows) - 1
            while rows[index] is not row:  # another thread recorded meanwhile
                index -= 1
            if self._watchers:
                for watcher in self._watchers:
                    watcher(index)
            return index

        return record

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Call ``watcher(index)`` for each new event; return the way to stop it."""
        self._watchers = (*self._watchers, watcher)

        def stop() -> None:
            self._watchers = tuple(w for w in self._watchers if w is not watcher)

        return stop

    @property
    def connections(self) -> tuple[str, ...]:
        """Names of the connections, in the order in which they first appear."""
        return tuple(dict.fromkeys(row[1] for row in self._rows))

    def of(self, connection: str) -> list[Event]:
        """Return the events of one connection, in order."""
        rows = enumerate(self._rows)
        return [self._event(index) for index, row in rows if row[1] == connection]

    def scope(self, connection: str) -> Mapping[str, Any] | None:
        """Return the scope that a connection was opened with, or None."""
        for _, name, kind, message, *_ in self._rows:
            if kind is Kind.OPEN and name == connection:
                return message
        return None

    def prefix(self, count: int) -> "Session":
        """Return a new session that holds the first ``count`` events.

        Raises:
            ValueError: ``count`` is negative.
        """
        if count < 0:
            msg = f"A prefix of {count} events; expected none or more."
            raise ValueError(msg)
        copy = Session(
            application=self.application,
            settings=self.settings,
            app_dir=self.app_dir,
            started=self.started,
        )
        copy.options = {name: dict(value) for name, value in self.options.items()}
        copy.redact, copy.lifespan = self.redact, self.lifespan
        copy.clock = self.clock
        copy._rows = self._rows[:count]
        return copy

    def shown(self, event: Event) -> Event:
        """Return an event of the session as it may be shown: without its secrets.

        Example::

            session.shown(session[0]).message["headers"]
            # [(b"host", b"testserver"), (b"authorization", b"[redacted]")]
        """
        if self.redact is None:
            return event
        rows, index = self._rows, event.index
        if index < len(rows) and rows[index][3] is event.message:
            return replace(event, message=self._shown(self.redact, index))
        return replace(event, message=self.redact(event.message))

    def _shown(self, redact: Redact, index: int) -> Mapping[str, Any]:
        """Return the message of an event without its secrets.

        Several threads may ask: each takes a reading away while it reads on, or
        begins one if none is there. One that is interrupted is not put back.
        """
        message = self._rows[index][3]
        if redact is not redact_secrets:
            return redact(message)
        try:
            reading = self._in_order.pop()
        except IndexError:
            reading = _InOrder()
        if reading.names is not named_secrets():
            reading = _InOrder()
        reading.read(self._rows, index + 1)
        self._in_order.append(reading)
        found = reading.found.get(index)
        return redact(message) if found is None else found

    def redacted(self) -> "Session":
        """Return a copy of the session as it may be shown; see :attr:`redact`."""
        copy = self.prefix(len(self))
        redact = self.redact
        if redact is not None:
            copy.options = {k: dict(redact(v)) for k, v in self.options.items()}
            copy._rows = [
                (*row[:3], self._shown(redact, index), *row[4:])
                for index, row in enumerate(copy._rows)
            ]
        return copy

    def save(self, path: str | Path) -> Path:
        """Write the session to a file, by custom named ``*.asgilab.jsonl``.

        Secrets stay out of it: see :attr:`redact`. A file that is there already is
        replaced once the new one is whole, and left as it was if that fails.

        Raises:
            OSError: The file cannot be written.

        Example::

            session.redact = None                       # with its secrets
            session.save("lobby.asgilab.jsonl")
        """
        return written(Path(path), dump(self))

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> list[Event]: ...
    def __getitem__(self, index: int | slice) -> Event | list[Event]:
        if isinstance(index, slice):
            return [self._event(i) for i in range(*index.indices(len(self._rows)))]
        return self._event(range(len(self._rows))[index])

    def __iter__(self) -> Iterator[Event]:
        for index in range(len(self._rows)):
            yield self._event(index)

    def __repr__(self) -> str:
        names = ", ".join(self.connections)
        return f"<Session of {len(self)} events on {names or 'no connection'}>"

    def _event(self, index: int) -> Event:
        at, connection, kind, message, source, cause, note = self._rows[index]
        if isinstance(source, tuple):
            code, number = source
            line = number if number >= 0 else _line_at(code, ~number)
            source = Source(code.co_filename, line, code.co_qualname)
        return Event(index, at, connection, kind, message, source, cause, note)


def _line_at(code: CodeType, offset: int) -> int:
    """Return the line of an instruction, as its frame would have told it."""
    for start, end, line in code.co_lines():
        if start <= offset < end and line is not None:
            return line
    return code.co_firstlineno
