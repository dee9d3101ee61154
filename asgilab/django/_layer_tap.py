"""The tap on Channels' layers: what goes through them becomes events.

A message carries the index of the event that sent it, so that what a group
message makes another consumer send is traced to its cause. That works within
one process; through Redis the message arrives without.
"""

import sys
import threading
from collections.abc import Callable
from typing import Any, ClassVar, Final, Self

from channels.layers import channel_layers

from asgilab.communicators import handle_here, record_here
from asgilab.engine import user_line
from asgilab.sessions import Kind

_CALLS: Final = ("send", "group_add", "group_discard", "group_send", "receive")


class _Traced(dict[str, Any]):
    """A message that knows the event it was sent by; copies know it as well."""

    cause: int | None = None


class LayerTap:
    """Listens to the channel layers of the project; use it as a context.

    It hooks into the layer objects that exist when it is entered. Several taps
    may listen at once: a call is recorded once, and the last one to leave
    unhooks the layer.
    """

    _LISTENING: ClassVar[dict[int, int]] = {}
    _LOCK: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self) -> None:
        self._layers: list[Any] = []

    def __enter__(self) -> Self:
        with self._LOCK:
            for alias in channel_layers.configs:
                layer = channel_layers[alias]
                self._layers.append(layer)
                taps = self._LISTENING.get(id(layer), 0)
                self._LISTENING[id(layer)] = taps + 1
                if not taps:
                    _hook(layer)
        return self

    def __exit__(self, *_: object) -> None:
        with self._LOCK:
            for layer in self._layers:
                self._LISTENING[id(layer)] -= 1
                if not self._LISTENING[id(layer)]:
                    del self._LISTENING[id(layer)]
                    _unhook(layer)
            self._layers.clear()


def _hook(layer: Any) -> None:
    for name in _CALLS:
        call = getattr(layer, name, None)
        if call is not None:  # a layer may lack the groups extension
            tapped = _tapped_receive(call) if name == "receive" else _tapped(name, call)
            setattr(layer, name, tapped)


def _unhook(layer: Any) -> None:
    for name in _CALLS:
        vars(layer).pop(name, None)


def _tapped(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
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
