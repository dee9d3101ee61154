"""How far each connection of a session has come: connecting, open, closed, ended.

It is read off the recorded events alone, so that it holds for a loaded session
as well, and can be asked from any thread.
"""

import threading
from dataclasses import dataclass, replace
from typing import Final

from asgilab.rendering import exception_line, visible
from asgilab.sessions import UNSUPPORTED, Event, Kind, Session

_DENIAL: Final = "websocket.http.response.start"


@dataclass(frozen=True, slots=True)
class Status:
    """How far one connection has come.

    Attributes:
        protocol: Type of its scope, such as ``"websocket"``.
        path: Path of its scope.
        word: ``"connecting"``, ``"open"``, ``"closed"``, ``"rejected"``,
            ``"denied"``, ``"disconnected"``, ``"answered"``, ``"returned"``,
            ``"raised"``, ``"unsupported"`` or ``"cancelled"``.
        detail: A close code, a status, or the exception in one line.
        ended: Whether its application has ended.
        events: Number of its events so far.
    """

    protocol: str = ""
    path: str = ""
    word: str = "connecting"
    detail: str = ""
    ended: bool = False
    events: int = 0

    def __str__(self) -> str:
        return f"{self.word} ({self.detail})" if self.detail else self.word


class Statuses:
    """The statuses of all connections of one session, read as it grows."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._read = 0
        self._by_name: dict[str, Status] = {}
        self._lock = threading.Lock()

    def all(self) -> dict[str, Status]:
        """Return the status of each connection by its name in the session."""
        with self._lock:
            for index in range(self._read, len(self._session)):
                self._take(self._session[index])
                self._read = index + 1
            return dict(self._by_name)

    def of(self, name: str) -> Status:
        """Return the status of one connection; one without events is connecting."""
        return self.all().get(name, Status())

    def _take(self, event: Event) -> None:
        before = self._by_name.get(event.connection, Status())
        after = _after(before, event)
        self._by_name[event.connection] = replace(after, events=before.events + 1)


def _after(status: Status, event: Event) -> Status:
    if event.kind is Kind.OPEN:
        scope = event.message
        protocol, path = str(scope.get("type", "")), visible(str(scope.get("path", "")))
        word = "connecting" if protocol == "websocket" else "open"
        return Status(protocol, path, word)
    if event.by_server or event.note.startswith(("dropped", "refused", "lost")):
        return status
    if event.kind is Kind.SEND:
        return _after_send(status, event)
    if event.kind is Kind.RECEIVE and event.type == "websocket.disconnect":
        code = str(event.message.get("code", ""))
        return replace(status, word="disconnected", detail=visible(code))
    if event.kind is Kind.END:
        return _after_end(status, event)
    return status


def _after_send(status: Status, event: Event) -> Status:
    message = event.message
    if event.type == "websocket.accept":
        return replace(status, word="open")
    if event.type == "websocket.close":
        word = "rejected" if status.word == "connecting" else "closed"
        code = visible(str(message.get("code", 1000)))
        return replace(status, word=word, detail=code)
    if event.type == _DENIAL:
        detail = visible(str(message.get("status", "")))
        return replace(status, word="denied", detail=detail)
    if event.type == "http.response.start":
        return replace(status, detail=visible(str(message.get("status", ""))))
    return status


def _after_end(status: Status, event: Event) -> Status:
    traceback = event.message.get("exception")
    if isinstance(traceback, str) and traceback and event.type != UNSUPPORTED:
        line = visible(exception_line(traceback))
        return replace(status, word="raised", detail=line, ended=True)
    if status.protocol == "http" and status.detail:
        return replace(status, word="answered", detail=status.detail, ended=True)
    # A connection that was closed properly stays so: that it returned is no news.
    word = event.type if status.word in ("connecting", "open") else status.word
    return replace(status, word=visible(word), ended=True)
