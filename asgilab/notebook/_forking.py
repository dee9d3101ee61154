"""The magic that goes another way from an event on, and back again.

A fork takes the place of the notebook's lab; the one that it came from waits,
with its connections as they were. How a fork is made is the lab's affair.
"""

from IPython.core.magic_arguments import argument

from asgilab.communicators import WebsocketCommunicator
from asgilab.errors import UsageError
from asgilab.lab import Lab
from asgilab.notebook._applications import begin, stop
from asgilab.notebook._cards import Card
from asgilab.notebook._laboratory import Laboratory
from asgilab.notebook._magic import Call, asgi_magic
from asgilab.notebook._results import Note

_TOLD = 5
"""How many changed values are named; the rest is counted."""


@asgi_magic()
@argument("at", nargs="?", type=int, help="how many events of the session; default all")
@argument("--back", action="store_true", help="end the fork, go on where it came from")
async def asgi_fork(laboratory: Laboratory, call: Call) -> Card:
    """Go another way: a second lab that has done what was done up to an event.

    It has copies of the databases and channel layers of its own. Its connections
    have the same names, and are variables of the notebook as before.
    """
    if call.arguments.back:
        return await _back(laboratory)
    lab = laboratory.lab
    kernels = lab.thread is None
    fork = lab.fork(call.arguments.at)
    laboratory.set_aside()
    try:
        await begin(laboratory, fork, "kernel" if kernels else "own")
    except BaseException:
        laboratory.take_back()
        _publish(laboratory)
        raise
    names = _publish(laboratory)
    return Note(_headline(fork, names), _details(fork))


async def _back(laboratory: Laboratory) -> Card:
    if not laboratory.aside:
        msg = "This lab is no fork. Expected %asgi_fork before %asgi_fork --back."
        raise UsageError(msg)
    await stop(*laboratory.release())
    laboratory.take_back()
    names = _publish(laboratory)
    count = len(laboratory.lab.session)
    text = f"The fork has ended. This is the lab it came from, after {count} event(s): "
    return Note(text + (", ".join(names) or "nothing is connected") + ".", ())


def _publish(laboratory: Laboratory) -> list[str]:
    """Make the websockets of the lab variables again; return their names."""
    connections = laboratory.lab.connections
    names = [n for n, c in connections.items() if isinstance(c, WebsocketCommunicator)]
    for name in names:
        laboratory.publish(name)
    return names


def _headline(fork: Lab, names: list[str]) -> str:
    at = 0 if fork.origin is None else fork.origin.at
    there = ", ".join(names) or "nothing"
    return f"This is a fork, after {at} event(s): {there} stands where it stood then."


def _details(fork: Lab) -> tuple[str, ...]:
    changed = () if fork.prefix is None else fork.prefix.changed
    lines = [f"came otherwise: {each}" for each in changed[:_TOLD]]
    if len(changed) > _TOLD:
        lines.append(f"came otherwise: {len(changed) - _TOLD} more value(s)")
    uncertain = () if fork.prefix is None else fork.prefix.uncertain
    lines += [f"uncertain from event {at} on: {why}" for at, why in uncertain[:1]]
    return (*lines, "%asgi_fork --back ends it and goes on where it came from")
