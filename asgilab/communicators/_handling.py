"""Which event an application handles now: what it sends is due to that.

Who gives it events is ``_line`` for its client's and ``_layer_gate`` for those of a
channel layer.
"""

from typing import TYPE_CHECKING, Any, Final

from asgilab.engine import local_of

if TYPE_CHECKING:
    import asyncio

_DISPATCH: Final = ("await_many_dispatch", "result")
"""Where Channels gives a consumer one event after the other, and in which variable.

Both are names of Channels' own (4.3 at least); a test of ours guards them.
"""


class Handling:
    """What one run of an application was given last, by its client and otherwise.

    Attributes:
        aside: Index of the event that came by another way (a channel layer), until
            the next one is asked for.
        given_aside: Number of the object that it was given then, as ``id`` has it.
        root: The task of the application, as long as it runs.
    """

    # On the class, so that a new one costs nothing.
    _handling: int | None = None
    aside: int | None = None
    given_aside = 0
    root: "asyncio.Task[Any] | None" = None

    @property
    def handling(self) -> int | None:
        """Index of the event that the application handles now, where that is known.

        It handles what it was given last by its client, until it asks for the next
        one. Channels takes a message out of its layer while a consumer still handles
        an event of its client, and gives it to the consumer before it asks for
        another; then its dispatcher says which of the two is handled.
        """
        first, aside = self._handling, self.aside
        if first is None or aside is None:
            return aside if first is None else first
        if aside < first or self.root is None:
            return first
        dispatched = local_of(self.root, *_DISPATCH)
        return aside if id(dispatched) == self.given_aside else first
