"""What waits to be sent to the recorder's process: in bundles, and not too much of it.

Traffic puts events in, a thread of the recorder's takes bundles out. Bundling is cheap
for the traffic, and it pays: thousands of small objects that wait are slow to make,
since the processor has long forgotten the memory that the next one gets. How an event
becomes bytes lives in ``_recording_frame``.
"""

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from asgilab.live._recording_frame import Packed, Row, packed

_BUNDLE: Final = 256
_BULKY: Final = 16_384
"""Bytes of an event from which on it is a bundle of its own, which nobody copies."""


class Bundle(NamedTuple):
    """Events that wait together.

    Attributes:
        events: How many.
        content: Packed, or, where that is left to the thread, one by one.
        large: Bytes of those among them that are no small ones.
    """

    events: int
    content: Packed | list[Any]
    large: int


class RecordingQueue:
    """Takes events in until it is full, and gives them out in their order.

    Args:
        max_events: How many may wait.
        max_bytes: How many bytes of payload may wait.
        packs: Whether the events are bytes, to be packed.
        crowded: Called when half of the room for events is taken, or more.

    Attributes:
        small: Bytes of an event up to which it needs no room of its own: as many
            of them as may wait are not too large.
        loose: The newest events, which are in no bundle yet.
        quick: While there are fewer loose ones, whoever has a small one may add it to
            them without :meth:`take`. 0 if a bundle more would take half of the room.
        refused: How many events were not taken.
    """

    def __init__(
        self,
        max_events: int,
        max_bytes: int,
        packs: bool,
        crowded: Callable[[], None],
    ) -> None:
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._packs = packs
        self._crowded = crowded
        self._bundle = min(_BUNDLE, max_events)
        self._bundles: deque[Bundle] = deque()
        self._bundled = 0
        self._large = 0  # Bytes of all that wait and are no small ones,
        self._large_loose = 0  # and of those that are loose.
        self._lock = threading.Lock()
        self.small = max_bytes // max_events
        self.loose: list[Any] = []
        self.quick = 0
        self._look_for_room()
        self.refused = 0

    def __len__(self) -> int:
        return self._bundled + len(self.loose)

    def take(self, event: bytes | Row) -> None:
        """Take an event in, or count it as refused where there is no room."""
        size = _size(event)
        large = size if size > self.small else 0
        with self._lock:
            waiting = len(self)
            if waiting * 2 >= self._max_events:
                self._crowded()
            if waiting >= self._max_events or self._large + large > self._max_bytes:
                self.refused += 1
                return
            self._large += large
            if size > _BULKY:
                self._bundle_up()
                self._add(Bundle(1, [event], large))
                return
            self._large_loose += large
            self.loose.append(event)
            if len(self.loose) >= self._bundle:
                self._bundle_up()

    def give(self, most: int) -> tuple[list[Bundle], bool]:
        """Give bundles out, the oldest first.

        Args:
            most: As soon as there are so many events in them, it is enough.

        Returns:
            The bundles, and whether these were all that there were.
        """
        with self._lock:
            self._bundle_up()
            given: list[Bundle] = []
            events = 0
            while self._bundles and events < most:
                given.append(self._bundles.popleft())
                events += given[-1].events
            self._bundled -= events
            self._large -= sum(bundle.large for bundle in given)
            self._look_for_room()
            return given, not self._bundles

    def _bundle_up(self) -> None:
        # Another thread may add to the loose ones while this one copies them.
        events = self.loose[:]
        del self.loose[: len(events)]
        if events:
            content = packed(events) if self._packs else events
            self._add(Bundle(len(events), content, self._large_loose))
            self._large_loose = 0

    def _add(self, bundle: Bundle) -> None:
        self._bundles.append(bundle)
        self._bundled += bundle.events
        self._look_for_room()

    def _look_for_room(self) -> None:
        room = (self._bundled + self._bundle) * 2 <= self._max_events
        self.quick = self._bundle - 1 if room else 0


def _size(event: bytes | Row) -> int:
    """Return how large an event is; of one that is not serialized, its payload."""
    if isinstance(event, bytes):
        return len(event)
    message = event[3]
    payload = message.get("body") or message.get("text") or message.get("bytes")
    return len(payload) if isinstance(payload, (bytes, str)) else 0
