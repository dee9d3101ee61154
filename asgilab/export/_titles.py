"""What the generated test is called: after the first thing that happens in it."""

import re
from collections.abc import Sequence
from typing import Any, Final

from asgilab.export._names import identifier
from asgilab.export._nodes import Code
from asgilab.export._statements import (
    Connect,
    ExpectClose,
    ExpectDenied,
    ExpectJson,
    ExpectRaised,
    ExpectText,
    ExpectUnordered,
    HttpRequest,
    Open,
    SendBytes,
    SendJson,
    SendText,
    Statement,
)
from asgilab.sessions import words

_TELLING: Final = ("type", "event", "action", "kind", "command", "op", "method")
_PLAIN_WORDS: Final = frozenset({"ws", "websocket", "websockets", "api", "v1", "v2"})
_NOBODY: Final = frozenset({"communicator", "websocket"})
"""Variables of connections that nobody gave a name."""

_LONGEST: Final = 60

_Sends = SendJson | SendText | SendBytes
_Receives = ExpectJson | ExpectText | ExpectUnordered


def title_of(paragraphs: Sequence[Sequence[Statement]], opened: Sequence[Open]) -> str:
    """Return the name of a test: an identifier that tells what happens in it.

    In this order: a message of one connection that reaches another; an
    exception; a refusal; a close by the application; a message and its answer;
    a request; otherwise the connections and the place.

    Example::

        title_of(script.paragraphs, script.opened)
        # 'test_alice_message_reaches_bob'
    """
    places = {each.connection: _place(each.path) for each in opened}
    candidates = (
        _reaching(paragraphs)
        or _failing(paragraphs, places)
        or _refusing(paragraphs, places)
        or _closing(paragraphs, places)
        or _answering(paragraphs, places)
        or _requesting(paragraphs)
        or _meeting(opened, places)
    )
    return identifier(f"test_{candidates}", "test_session", _LONGEST)


def _reaching(paragraphs: Sequence[Sequence[Statement]]) -> str:
    for paragraph in paragraphs:
        said = paragraph[0] if paragraph else None
        if not isinstance(said, _Sends):
            continue
        reached = [
            s.connection
            for s in paragraph
            if isinstance(s, _Receives) and s.connection != said.connection
        ]
        others = list(dict.fromkeys(reached))
        if others:
            whom = "everybody" if len(others) > 2 else "_and_".join(others)
            return f"{said.connection}_{_noun(said)}_reaches_{whom}"
    return ""


def _failing(paragraphs: Sequence[Sequence[Statement]], places: dict[str, str]) -> str:
    for paragraph in paragraphs:
        for s in paragraph:
            if isinstance(s, ExpectRaised):
                who = _who(s.connection, places)
                error = "_".join(words(s.exception.rpartition(".")[2]))
                return f"{who}_raises_{error}"
    return ""


def _refusing(paragraphs: Sequence[Sequence[Statement]], places: dict[str, str]) -> str:
    for paragraph in paragraphs:
        for s in paragraph:
            refused = isinstance(s, Connect) and not s.accepted
            if refused or isinstance(s, ExpectDenied):
                place = places.get(s.connection, "")
                whom = "connection" if s.connection in _NOBODY else s.connection
                return f"{place or 'application'}_refuses_{whom}"
    return ""


def _closing(paragraphs: Sequence[Sequence[Statement]], places: dict[str, str]) -> str:
    for paragraph in paragraphs:
        for s in paragraph:
            if isinstance(s, ExpectClose):
                who = _who(s.connection, places)
                said = paragraph[0]
                after = f"_after_{_noun(said)}" if isinstance(said, _Sends) else ""
                return f"{who}_is_closed{after}"
    return ""


def _answering(
    paragraphs: Sequence[Sequence[Statement]], places: dict[str, str]
) -> str:
    for paragraph in paragraphs:
        said = paragraph[0] if paragraph else None
        if isinstance(said, _Sends) and any(
            isinstance(s, _Receives) for s in paragraph
        ):
            who = _who(said.connection, places)
            return f"{who}_answers_{_noun(said)}"
    return ""


def _requesting(paragraphs: Sequence[Sequence[Statement]]) -> str:
    for paragraph in paragraphs:
        for s in paragraph:
            if isinstance(s, HttpRequest):
                return f"{s.method}_{_place(s.path, whole=True) or 'root'}"
    return ""


def _meeting(opened: Sequence[Open], places: dict[str, str]) -> str:
    names = [each.connection for each in opened if each.connection not in _NOBODY]
    place = next((p for p in places.values() if p), "")
    people = "_and_".join(names[:3])
    return "_".join(part for part in (place, people) if part) or "session"


def _who(connection: str, places: dict[str, str]) -> str:
    if connection not in _NOBODY:
        return connection
    return places.get(connection) or "connection"


def _noun(said: _Sends) -> str:
    """Return what a message is about: its type, or the first thing it holds."""
    payload = said.payload
    if isinstance(said, SendBytes):
        return "bytes"
    if not isinstance(payload, dict):
        return "text" if isinstance(said, SendText) else "message"
    told = next((payload[key] for key in _TELLING if key in payload), None)
    if isinstance(told, str) and 0 < len(words(told)) <= 4:
        return "_".join(words(told))
    keys = [key for key in payload if words(key)]
    return "_".join(words(keys[0])) if keys else "message"


def _place(path: Any, *, whole: bool = False) -> str:
    """Return the words of a path that tell where it leads."""
    if isinstance(path, Code):
        path = re.sub(r"\{[^}]*\}", "", path.text.strip('f"'))
    parts = [
        "_".join(words(part))
        for part in path.partition("?")[0].split("/")
        if not part.isdecimal() and len(part) <= 20 and part not in _PLAIN_WORDS
    ]
    telling = [part for part in parts if part]
    return "_".join(telling) if whole else (telling[-1] if telling else "")
