"""The magics that run a session again, and lay two side by side."""

from typing import Any

from IPython.core.magic_arguments import argument

from asgilab.engine import LabLoop, LoopThread
from asgilab.lab import Compared, compare, places_of, without_moving
from asgilab.notebook._cards import Card, count
from asgilab.notebook._compares import Compares
from asgilab.notebook._driving import cross
from asgilab.notebook._keeping import chosen_session, with_fresh_labs
from asgilab.notebook._laboratory import Laboratory
from asgilab.notebook._magic import Call, asgi_magic
from asgilab.replay import diff

_SESSION = "variable or file of a session"


@asgi_magic()
@argument("session", nargs="?", help=_SESSION + "; default: the lab's own")
async def asgi_replay(laboratory: Laboratory, call: Call) -> Card:
    """Run a session again on a fresh application, and tell what is different now.

    The lab is not touched. Values that change in every replay are not counted;
    the replay itself is ``_.session``.
    """
    session = chosen_session(laboratory, call, call.arguments.session)
    # On a loop of its own: the lab's may be held, and its clock stand still.
    thread = LoopThread(lambda: LabLoop("virtual"), "asgilab replay")

    async def work(fresh: Any) -> Compared:
        return await compare(session, fresh)

    try:
        made = await cross(with_fresh_labs(laboratory, session, work), thread.loop)
    finally:
        thread.stop()
    text = f"Replayed {count(len(made.session), 'event')}"
    return Compares(text, made.differences, made.session, made.volatile)


@asgi_magic()
@argument("left", help=_SESSION)
@argument("right", nargs="?", help=_SESSION + "; default: the lab's own")
async def asgi_diff(laboratory: Laboratory, call: Call) -> Card:
    """Lay two sessions side by side, and tell where they part ways.

    Each is a variable of the notebook or a file that %asgi_save has written. Ids
    that are UUIDs, and times near their session's, are another in every run: they
    are counted apart, and named.
    """
    names = (call.arguments.left, call.arguments.right)
    left, right = (chosen_session(laboratory, call, name) for name in names)
    sides = left.redacted(), right.redacted()
    found, moving = without_moving(diff(*sides), *sides)
    shown = [name or "the lab's session" for name in names]
    why = f"of a kind that is another in every run: {places_of(moving)}"
    return Compares(" and ".join(shown), found, right, len(moving), why)
