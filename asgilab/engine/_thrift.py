"""Asking the system for input only where it can have any.

A poll costs a loop more than most callbacks do. When one is due for other reasons
is decided in ``_idleness``.
"""

import selectors
from collections.abc import Callable, Mapping
from typing import Any, Final

_Ready = list[tuple[selectors.SelectorKey, int]]

_UNPOLLED: Final = 8
"""Passes of a busy loop between two polls while nothing foreign is registered."""


def thrifty(
    select: Callable[[float | None], _Ready],
    descriptors: Callable[[], Mapping[Any, selectors.SelectorKey] | None],
) -> Callable[[float | None], _Ready]:
    """Return a ``select`` that does not poll where a poll can find nothing.

    A loop polls before each pass, even if it goes on at once. As long as only its
    own wake-up pipe is registered, that finds nothing that the loop does not know:
    who calls ``call_soon_threadsafe`` has put the call where it belongs. The pipe
    is read every few passes all the same, for the sake of signals.
    """
    mapping = descriptors()
    mapping = {} if mapping is None else mapping
    # The dict behind the mapping, whose length costs nothing to ask for.
    watched = getattr(getattr(mapping, "_selector", None), "_fd_to_key", mapping)
    nothing: _Ready = []
    passes = 0

    def glance(timeout: float | None = None) -> _Ready:
        nonlocal passes
        if timeout == 0 and passes < _UNPOLLED and len(watched) == 1:
            passes += 1
            return nothing
        passes = 0
        return select(timeout)

    return glance
