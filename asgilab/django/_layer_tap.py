"""The tap on Channels' layers: what goes through them becomes events.

A message carries the index of the event that sent it, so that what a group
message makes another consumer send is traced to its cause; how, stands in
``_layer_trace``. What was sent by another process arrives without.
"""

import functools
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Final, Self

from channels.layers import channel_layers
from django.conf import settings

from asgilab.communicators import Incoming, pass_here, record_here
from asgilab.django._layer_trace import SENDING, Traced, Wire, traced
from asgilab.engine import user_line
from asgilab.sessions import Kind

_CALLS: Final = {
    "send": ("channel", "message"),
    "group_add": ("group", "channel"),
    "group_discard": ("group", "channel"),
    "group_send": ("group", "message"),
    "receive": ("channel",),
}
"""The calls of a layer and their parameters, by the specification of layers."""

_MISSING: Final = object()


class LayerTap:
    """Listens to the channel layers of the project; use it as a context.

    It hooks into the layers of the settings as they are when it is entered; one
    that cannot be made is passed over, since an application need not use it.
    Several taps may listen at once: a call is recorded once, and the last one to
    leave unhooks the layer. What a test has put in place of a call is listened to
    as well, and left as it was.
    """

    _LISTENING: ClassVar[dict[int, int]] = {}
    _HOOKS: ClassVar[dict[int, dict[str, Any]]] = {}
    _LOCK: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self) -> None:
        self._layers: list[Any] = []

    def __enter__(self) -> Self:
        # Most projects have none; to ask for ``configs`` costs ten times as much.
        if not getattr(settings._wrapped, "CHANNEL_LAYERS", None):
            return self
        with self._LOCK:
            for alias in channel_layers.configs:
                try:
                    layer = channel_layers[alias]
                except Exception:  # whoever asks for it is told so by Channels
                    continue
                self._layers.append(layer)
                taps = self._LISTENING.get(id(layer), 0)
                self._LISTENING[id(layer)] = taps + 1
                if not taps:
                    self._HOOKS[id(layer)] = _hook(layer)
        return self

    def __exit__(self, *_: object) -> None:
        if not self._layers:
            return
        with self._LOCK:
            for layer in self._layers:
                self._LISTENING[id(layer)] -= 1
                if not self._LISTENING[id(layer)]:
                    del self._LISTENING[id(layer)]
                    _unhook(layer, self._HOOKS.pop(id(layer)))
            self._layers.clear()


def _hook(layer: Any) -> dict[str, Any]:
    """Listen to a layer; return each hook with what stood on the object before."""
    hooks: dict[str, Any] = {}
    wire = Wire()
    taps: dict[str, Callable[..., Any]] = {
        **{name: functools.partial(_tapped, name) for name in _CALLS},
        "receive": lambda call: Incoming(call).receive,
        "serialize": wire.serializing,
        "deserialize": wire.deserializing,
    }
    for name, tap in taps.items():
        call = getattr(layer, name, None)
        if call is not None:  # a layer may lack the groups extension, or a wire
            tapped = tap(call)
            hooks[name] = (tapped, vars(layer).get(name, _MISSING))
            setattr(layer, name, tapped)
    return hooks


def _unhook(layer: Any, hooks: dict[str, Any]) -> None:
    for name, (tapped, before) in hooks.items():
        if vars(layer).get(name) is not tapped:
            continue  # a test has put something else there meanwhile
        if before is _MISSING:
            delattr(layer, name)
        else:
            setattr(layer, name, before)


def _in_order(
    name: str, given: tuple[Any, ...], named: dict[str, Any]
) -> tuple[Any, ...]:
    """Return the arguments of a call in order, those given by name as well."""
    left = [key for key in _CALLS[name] if key in named]
    return (*given, *(named[key] for key in left))


def _tapped(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    async def tapped(*arguments: Any, **named: Any) -> Any:
        ordered = _in_order(name, arguments, named)
        if len(ordered) != 2 or len(arguments) + len(named) != 2:
            return await call(*arguments, **named)  # let the layer complain
        target, given = ordered
        if isinstance(given, Traced):  # a group_send on its way to one channel
            return await call(*arguments, **named)
        place = user_line(sys._getframe(1))
        if not isinstance(given, dict):  # the name of a channel: nothing is sent
            _record(name, target, given, place, "")
            return await call(*arguments, **named)
        verdict = await pass_here("layer.send", given, sys._getframe(1), target)
        if not verdict.messages:
            _record(name, target, given, place, verdict.word)
        result = None
        for message, note in verdict.messages:
            index = _record(name, target, message, place, note)
            # In the place where it was given: a test's mock looks at that.
            sent = message if index is None else traced(message, index)
            if "message" in named:
                sending = call(*arguments, **{**named, "message": sent})
            else:
                sending = call(*arguments[:-1], sent, **named)
            result = await _known_as(index, sending)
        return result

    return tapped


def _record(name: str, target: Any, given: Any, place: Any, note: str) -> int | None:
    event = {"type": f"layer.{name}", "target": target, "given": _copy(given)}
    return record_here(Kind.LAYER, event, place, note=note)


async def _known_as(index: int | None, sending: Awaitable[Any]) -> Any:
    """Send, and let what becomes bytes on the way be known by its event."""
    if index is None:
        return await sending
    token = SENDING.set(index)
    try:
        return await sending
    finally:
        SENDING.reset(token)


def _copy(value: Any) -> Any:
    return dict(value) if isinstance(value, dict) else value
