"""What a session keeps of a scope."""

import gc
import weakref
from typing import Any

from asgilab.communicators._remembering import remembered


class User:
    def __repr__(self) -> str:
        return "<User alice>"


def test_values_are_kept_as_they_are() -> None:
    scope = {
        "type": "http",
        "query_string": b"a=b",
        "headers": [(b"host", b"testserver")],
        "client": ["127.0.0.1", 50000],
        "asgi": {"version": "3.0"},
        "root_path": "",
        "server": None,
    }
    assert remembered(scope) == scope


def test_a_change_afterwards_is_not_seen() -> None:
    scope: dict[str, Any] = {"headers": [], "state": {"list": []}, "asgi": {}}
    kept = remembered(scope)
    scope["headers"].append((b"a", b"b"))
    scope["state"]["list"].append(1)
    scope["asgi"]["more"] = True
    assert kept == {"headers": [], "state": {"list": []}, "asgi": {}}


def test_of_an_object_only_the_text_is_kept() -> None:
    user = User()
    watched = weakref.ref(user)
    kept = remembered({"user": user, "state": {"pool": [user], "pair": (1, user)}})
    del user
    gc.collect()
    assert watched() is None
    assert kept == {
        "user": "<User alice>",
        "state": {"pool": ["<User alice>"], "pair": (1, "<User alice>")},
    }


def test_a_circle_is_cut() -> None:
    circle: dict[str, Any] = {}
    circle["again"] = circle
    assert "..." in str(remembered({"state": circle}))
