"""The magics about what surrounds the connections: the clock and the channel layer."""

import contextlib
import sys
from typing import Any

from IPython.core.magic_arguments import argument

from asgilab.engine import LabLoop
from asgilab.errors import PayloadError, UsageError
from asgilab.lab import Lab
from asgilab.notebook._cards import Card, preview_of
from asgilab.notebook._driving import Overdue
from asgilab.notebook._laboratory import Laboratory
from asgilab.notebook._magic import Call, asgi_magic
from asgilab.notebook._payloads import evaluate
from asgilab.notebook._results import Note, unread_line
from asgilab.rendering import visible


@asgi_magic()
@argument("mode", nargs="?", choices=["real", "manual", "virtual"], help="from now on")
@argument("--advance", type=float, metavar="SECONDS", help="move it forward")
async def asgi_clock(laboratory: Laboratory, call: Call) -> Card:
    """Show the lab's clock, change its mode, or move it forward.

    A real clock runs with the wall; a manual one moves only by --advance; a
    virtual one jumps to the next timer when nothing else is left to do. It stands
    still while an event is held.
    """
    lab, arguments = laboratory.lab, call.arguments
    if arguments.mode is not None:
        await laboratory.on_lab(lab.switch_clock(arguments.mode))
    if arguments.advance is not None:
        await laboratory.on_lab(lab.advance(arguments.advance))
    quiet = None
    with contextlib.suppress(Overdue):
        quiet = await laboratory.on_lab(lab.settle(), laboratory.patience)
    timer = None if quiet is None else quiet.next_timer
    more = [] if timer is None else [f"the next timer is in {timer:.3g} s"]
    more += unread_line(await laboratory.on_lab(laboratory.unread()))
    return Note(await laboratory.on_lab(_clock(laboratory)), tuple(more))


@asgi_magic("line", "cell", payload=True)
@argument("name", help="group of the channel layer")
@argument("payload", help="the message: a dict with its type")
async def asgi_group_send(laboratory: Laboratory, call: Call) -> Card:
    """Send a message to a group of the channel layer, as any part of a project can.

    It is of nobody's conversation: what comes of it is recorded, and a replay or
    an exported test does not send it again.
    """
    group = call.arguments.name
    message = evaluate(call.payload, call.variables)
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        msg = 'A message to a group is a dict with its type, as {"type": "chat.tell"}.'
        raise PayloadError(msg)
    await laboratory.on_lab(_group_send(laboratory.lab, group, message))
    with contextlib.suppress(Overdue):
        await laboratory.on_lab(laboratory.lab.settle(), laboratory.patience)
    unread = await laboratory.on_lab(laboratory.unread())
    text = f"group {visible(group)} ← {preview_of(message, laboratory.redact)}"
    return Note(text, tuple(unread_line(unread)))


async def _clock(laboratory: Laboratory) -> str:
    loop = laboratory.loop
    if not isinstance(loop, LabLoop):
        return "The clock is real: the lab lives on the kernel's loop."
    stands = ", and stands still while an event is held" if loop.clock.frozen else ""
    since = loop.time() - laboratory.lab.began
    return f"The clock is {loop.clock.mode}, {since:.3f} s after the beginning{stands}."


async def _group_send(lab: Lab, group: str, message: dict[str, Any]) -> None:
    # Channels is there if the application uses it, and is not imported otherwise.
    layers = sys.modules.get("channels.layers")
    with lab.inside():
        layer = None if layers is None else layers.get_channel_layer()
        if layer is None:
            msg = "There is no channel layer. Expected one in CHANNEL_LAYERS."
            raise UsageError(msg)
        await layer.group_send(group, message)
