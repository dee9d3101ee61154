"""What the generated test calls its connections, its users and its messages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from asgilab.export._names import UNNAMED, Names
from asgilab.replay import RESPONSE, Act, Input, Output, Step
from asgilab.sessions import words

_TELLING: Final = ("type", "event", "action", "kind", "command", "op")
"""Keys whose value tells what a message is about."""


@dataclass(slots=True)
class Variables:
    """The names of a test.

    Attributes:
        of: Variable of each connection.
        users: Username by the fixture that makes the user.
        messages: Variable of each message that a later one takes a value from,
            by event.
    """

    of: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    messages: dict[int, str] = field(default_factory=dict)

    def user_of(self, connection: str, options: Mapping[str, Mapping[str, Any]]) -> str:
        """Return the fixture of the user that a connection was opened for, or ""."""
        wanted = username(options.get(connection, {}))
        return next((f for f, name in self.users.items() if name == wanted), "")


def choose_variables(
    steps: Sequence[Step],
    options: Mapping[str, Mapping[str, Any]],
    messages: Sequence[Input | Output],
    names: Names,
) -> Variables:
    """Choose the names of a test: connections first, then users, then messages.

    Args:
        steps: The steps of the session.
        options: How each connection was asked for.
        messages: The messages that later ones take values from.
        names: Where the names come from.
    """
    chosen = Variables()
    _name_websockets(steps, names, chosen)
    _name_requests(steps, names, chosen)
    for connection in chosen.of:
        user = username(options.get(connection, {}))
        if user is not None and user not in chosen.users.values():
            fixture = names.fresh(user, f"{user}_user", fallback="user")
            chosen.users[fixture] = user
    for message in messages:
        if isinstance(message, Output):
            wishes = _wishes(message, chosen.of[message.connection])
            chosen.messages[message.event] = names.fresh(*wishes, fallback="message")
    return chosen


def username(options: Mapping[str, Any]) -> str | None:
    """Return the name of the user that a connection was asked for with, or None."""
    user = options.get("user")
    if user is None or isinstance(user, str):
        return user
    named = getattr(user, "get_username", None)
    return str(named()) if callable(named) else str(user)


def _name_websockets(steps: Sequence[Step], names: Names, chosen: Variables) -> None:
    opened = _openers(steps, Act.CONNECT)
    mixed = any(map(UNNAMED.fullmatch, _openers(steps, Act.REQUEST)))
    alone = "websocket" if mixed else "communicator"
    for name in opened:
        plain = len(opened) == 1 and UNNAMED.fullmatch(name)
        chosen.of[name] = names.fresh(alone if plain else name)


def _name_requests(steps: Sequence[Step], names: Names, chosen: Variables) -> None:
    """Name the requests; those without a name of their own share one variable."""
    shared = ""
    for name in _openers(steps, Act.REQUEST):
        if UNNAMED.fullmatch(name):
            shared = shared or names.fresh("communicator")
            chosen.of[name] = shared
        else:
            chosen.of[name] = names.fresh(name)


def _openers(steps: Sequence[Step], act: Act) -> list[str]:
    return list(dict.fromkeys(s.input.connection for s in steps if s.input.act is act))


def _wishes(output: Output, connection: str) -> tuple[str, ...]:
    """Return what a message might be called, the best name first."""
    payload = output.content.get("text" if output.type != RESPONSE else "body")
    noun = "text" if isinstance(payload, str) else "message"
    if isinstance(payload, dict):
        told = next((payload[key] for key in _TELLING if key in payload), None)
        if isinstance(told, str) and 0 < len(words(told)) <= 3:
            noun = "_".join(words(told))
    elif isinstance(payload, list):
        noun = "items"
    if output.type == RESPONSE and noun == "message":
        noun = "content"
    return noun, f"{connection}_{noun}"
