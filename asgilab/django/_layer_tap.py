"""The tap on Channels' layers: what goes through them becomes events.

A message carries the index of the event that sent it, so that what a group
message makes another consumer send is traced to its cause. That works within
one process; through Redis the message arrives without.
"""

import functools
import sys
from collections.abc import Callable
from typing import Any, Final, Self

from channels.layers import channel_layers

from asgilab.communicators import handle_here, record_here
from asgilab.engine import user_line
from asgilab.sessions import Kind

_CALLS: Final = ("send", "group_add", "group_discard", "group_send", "receive")
_TAPPED: Final = "_asgilab_tap"


class _Traced(dict[str, Any]):
    """A message that knows the event it was sent by; copies know it as well."""

    cause: int | None = None


class LayerTap:
    """Listens to the channel layers of the project; use it as a context.

    It hooks into the layer objects that exist when it is entered and lets go of
    them when it is left. A layer that another tap listens to already is left to
    that one.
    """

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []

    def __enter__(self) -> Self:
        for alias in channel_layers.configs:
            layer = channel_layers[alias]
            if not hasattr(layer, _TAPPED):
                self._tap(layer)
        return self

    def __exit__(self, *_: object) -> None:
        for undo in self._undo:
            undo()
        self._undo.clear()

    def _tap(self, layer: Any) -> None:
        setattr(layer, _TAPPED, self)
        self._undo.append(functools.partial(delattr, layer, _TAPPED))
        for name in _CALLS:
            call = getattr(layer, name, None)
            if call is None:  # a layer without the groups extension
                continue
            tapped = _tapped_receive(call) if name == "receive" else _tapped(name, call)
            setattr(layer, name, tapped)
            self._undo.append(functools.partial(delattr, layer, name))


def _tapped(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(call)
    async def tapped(target: str, given: Any) -> Any:
        if isinstance(given, _Traced):  # a group_send on its way to one channel
            return await call(target, given)
        event = {"type": f"layer.{name}", "target": target, "given": _copy(given)}
        index = record_here(Kind.LAYER, event, user_line(sys._getframe(1)))
        if isinstance(given, dict):
            given = _Traced(given)
            given.cause = index
        return await call(target, given)

    return tapped


def _tapped_receive(call: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(call)
    async def tapped(channel: str) -> Any:
        handle_here(None)
        message = await call(channel)
        cause = getattr(message, "cause", None)
        event = {"type": "layer.receive", "target": channel, "given": _copy(message)}
        handle_here(record_here(Kind.LAYER, event, None, cause))
        return dict(message)

    return tapped


def _copy(value: Any) -> Any:
    return dict(value) if isinstance(value, dict) else value
