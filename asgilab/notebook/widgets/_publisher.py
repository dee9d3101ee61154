"""The Python half of one timeline: what is sent to the browser, and when.

Every message out carries a number that counts up by one. A view that sees a
number missing asks for everything anew (``ready``), so a dropped message costs
a moment and never a row. Rows that a view lacks, it asks for by itself, one
batch after another: a slow browser slows only itself.

Everything here runs on one thread, the feed's. Nothing here knows Jupyter.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from asgilab.notebook.widgets._digest import Digest, Lane
from asgilab.notebook.widgets._filtering import Matcher, TooSlow, parse
from asgilab.notebook.widgets._matches import Matches
from asgilab.notebook.widgets._rows import brief, detail, dumps, rows, stop_row
from asgilab.rendering import visible
from asgilab.sessions import Event, Kind, Session

TAIL: Final = 300
"""Rows that are sent without being asked for: more than a screen holds."""

BATCH: Final = 1000
"""Rows that one answer holds at most."""

_READING: Final = 0.01
_SCANNING: Final = 0.05
_FIRST_SCAN: Final = 0.2
_MOST_LINKS: Final = 100
_MOST_LOOKED_AT: Final = 2000
_QUIET: Final = (Kind.LOG, Kind.SQL)

Transmit = Callable[[dict[str, Any], list[bytes]], None]


class Controls(Protocol):
    """What the buttons of a timeline do, and what it asks about gates.

    Each method may be called from any thread, one call at a time, and returns
    soon: what needs the lab's loop is posted to it.
    """

    def step(self, connection: str | None) -> object:
        """Let one held event of a connection through; None means all of them."""

    def resume(self, connection: str | None) -> object:
        """Let a connection run freely; None means all of them."""

    def pause(self, connection: str | None) -> object:
        """Hold a connection at its next event; None means all of them."""

    def stops(self) -> Any:
        """Return what is held now: the engine's stops, or dicts with their keys."""

    def statuses(self) -> Mapping[str, str]:
        """Return ``open``, ``paused``, ``closed`` or ``raised`` by connection."""

    def watch(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback()`` after each change; return the way to stop."""


class Publisher:
    """Answers the views of one timeline, and tells them what is new.

    Args:
        session: The session to show.
        controls: What its buttons do, or None for a timeline without buttons.
        transmit: Sends a message and its binary buffers to every view.
    """

    def __init__(
        self,
        session: Session,
        controls: Controls | None,
        transmit: Transmit,
    ) -> None:
        self._session = session
        self._controls = controls
        self._transmit = transmit
        self._digest = Digest(session)
        self._matches = Matches(session)
        self._views: set[str] = set()
        self._number = 0
        self._told = 0
        self._told_lanes: dict[str, list[Any]] = {}
        self._told_stops = b""
        self._answers: dict[str, Callable[[Mapping[str, Any]], object]] = {
            "ready": self._ready,
            "gone": self._gone,
            "rows": self._rows,
            "detail": self._detail,
            "filter": self._filter,
            "step": self._control,
            "resume": self._control,
            "pause": self._control,
        }

    def answer(self, message: Any) -> None:
        """Do what a view asks; what it asks wrongly, it is told."""
        wish = message.get("do") if isinstance(message, Mapping) else None
        found = self._answers.get(wish) if isinstance(wish, str) else None
        if found is None:
            self._problem(f"The timeline cannot do {wish!r}.")
            return
        try:
            found(message)
        except Exception as error:  # of the lab, or of the application's own objects
            self._problem(f"{wish}: {str(error) or type(error).__name__}")

    def update(self) -> bool:
        """Tell the views what is new; return whether there is more to do."""
        if not self._views:
            return False
        complete = self._digest.catch_up(_READING)
        scanned = self._scan(_SCANNING)
        self._send_news()
        return not (complete and scanned)

    def forget(self) -> None:
        """Let go of the lab; what was recorded stays readable."""
        self._controls = None
        self._views.clear()

    def _ready(self, message: Mapping[str, Any]) -> None:
        view = str(message["view"])
        self._views.add(view)
        self._digest.catch_up(_READING)
        total = len(self._session)
        live = self._controls is not None
        first = max(0, total - TAIL) if live else 0
        self._told, self._told_lanes, self._told_stops = total, {}, b""
        self._send(
            "hello",
            {
                "view": view,
                "live": live,
                "started": self._session.started.isoformat(),
                "rows": [rows(self._session, first, TAIL)],
                "filter": self._matches.everything(),
                **self._state(),
            },
        )

    def _gone(self, message: Mapping[str, Any]) -> None:
        self._views.discard(str(message["view"]))

    def _rows(self, message: Mapping[str, Any]) -> None:
        left = BATCH
        runs = []
        for first, count in message["ranges"]:
            taken = min(max(0, int(count)), left)
            left -= taken
            if taken:
                runs.append(rows(self._session, max(0, int(first)), taken))
        self._send("rows", {"total": len(self._session), "rows": runs})

    def _detail(self, message: Mapping[str, Any]) -> None:
        index = int(message["index"])
        if not 0 <= index < len(self._session):
            self._problem(f"There is no event {index}.")
            return
        event = self._session.shown(self._session[index])
        shown, frame = detail(event, live=self._controls is not None)
        buffers = [frame.content] if frame.form == "bytes" else []
        self._send("detail", shown | self._links(index, event.cause), buffers)

    def _links(self, index: int, cause: int | None) -> dict[str, Any]:
        """Return what led to an event, what it led to, and what was noted meanwhile."""
        effects = self._known(self._digest.effects.get(index, []))
        beside = self._digest.effects.get(cause, []) if cause is not None else []
        quiet = [e for e in (*effects, *self._known(beside)) if e.kind in _QUIET]
        loud = [e for e in effects if e.kind not in _QUIET]
        before = self._known([cause]) if cause is not None else []
        return {
            "cause": brief(before[0]) if before else None,
            "effects": [brief(event) for event in loud[:_MOST_LINKS]],
            "effects_total": len(loud),
            "related": [brief(e) for e in quiet[:_MOST_LINKS] if e.index != index],
        }

    def _known(self, indices: list[int]) -> list[Event]:
        total = len(self._session)
        looked_at = indices[:_MOST_LOOKED_AT]
        known = [self._session[index] for index in looked_at if 0 <= index < total]
        return list(map(self._session.shown, known))

    def _filter(self, message: Mapping[str, Any]) -> None:
        text = str(message.get("text", ""))
        matcher: Matcher | None = None
        try:
            matcher = parse(text)
        except ValueError as error:
            self._send("filter", {"filter": {"text": text, "error": str(error)}})
            return
        self._matches.restart(text, matcher)
        if self._scan(_FIRST_SCAN) or self._matches.text:
            self._send("filter", {"filter": self._matches.everything()})

    def _scan(self, budget: float) -> bool:
        """Search on; a filter that takes too long is given up, and the views told."""
        try:
            return self._matches.scan(budget)
        except TooSlow as error:
            text = self._matches.text
            self._matches.restart("", None)
            self._send("filter", {"filter": {"text": text, "error": str(error)}})
            return False

    def _control(self, message: Mapping[str, Any]) -> None:
        if self._controls is None:
            self._problem("This timeline has no lab to control.")
            return
        shown = message.get("connection")
        # The view knows a name as it can be shown, which may not be how it is.
        names = {visible(name): name for name in self._digest.lanes}
        name = None if shown is None else names.get(str(shown), str(shown))
        getattr(self._controls, str(message["do"]))(name)

    def _send_news(self) -> None:
        total = len(self._session)
        news = self._state()
        if total > self._told:
            first = max(self._told, total - TAIL)
            news["rows"] = [rows(self._session, first, total - first)]
            self._told = total
        if hits := self._matches.news():
            news["filter"] = hits
        if len(news) > 1:
            self._send("news", news)

    def _state(self) -> dict[str, Any]:
        """Return the total, and of lanes and stops what has changed."""
        statuses = self._controls.statuses() if self._controls is not None else {}
        state: dict[str, Any] = {"total": len(self._session)}
        if lanes := self._changed_lanes(statuses):
            state["lanes"] = lanes
        held = self._controls.stops() if self._controls is not None else ()
        stops = [stop_row(stop, self._session.redact) for stop in held]
        if (written := dumps(stops)) != self._told_stops:
            state["stops"] = stops
            self._told_stops = written
        return state

    def _changed_lanes(self, statuses: Mapping[str, str]) -> list[list[Any]]:
        changed = []
        for name, lane in self._digest.lanes.items():
            told = self._told_lanes.get(name)
            if lane.last is not None and told is not None and told[5] == lane.last:
                continue  # it has ended, and that has been told
            row = _lane_row(lane, statuses.get(name))
            if row != told:
                changed.append(row)
                self._told_lanes[name] = row
        return changed

    def _problem(self, text: str) -> None:
        self._send("problem", {"text": text})

    def _send(
        self, what: str, body: dict[str, Any], buffers: list[bytes] | None = None
    ) -> None:
        self._number += 1
        content = {"what": what, "number": self._number}
        self._transmit(content, [dumps(body), *(buffers or [])])


def _lane_row(lane: Lane, status: str | None) -> list[Any]:
    # What the lab says of a connection that has ended is not newer than its end.
    shown = lane.status if status is None or lane.last is not None else status
    last = -1 if lane.last is None else lane.last
    return [
        visible(lane.name),
        lane.order,
        lane.column,
        lane.protocol,
        lane.first,
        last,
        shown,
    ]
