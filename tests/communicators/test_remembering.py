"""What a session keeps of a scope."""

import gc
import weakref
from typing import Any

from asgilab.communicators._remembering import kept, remembered


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


def test_copies_of_equal_scopes_are_each_their_own() -> None:
    first, second = (remembered({"path": "/", "state": {}}) for _ in range(2))
    first["user"] = "alice"
    assert second == {"path": "/", "state": {}}
    assert remembered({"path": "/", "state": {"a": 1}}) == {
        "path": "/",
        "state": {"a": 1},
    }


def test_a_scope_with_an_object_is_never_taken_for_another() -> None:
    for user in (User(), User()):
        kept_scope = remembered({"path": "/object", "user": user})
        assert kept_scope["user"] == "<User alice>"
    assert remembered({"path": "/object", "user": "bob"})["user"] == "bob"


def test_of_many_paths_each_is_remembered() -> None:
    for number in range(200):
        path = f"/{number}"
        assert remembered({"path": path}) == {"path": path}


def test_an_event_keeps_its_values_and_no_object() -> None:
    file = User()
    watched = weakref.ref(file)
    event = {"type": "http.response.zerocopysend", "file": file, "count": 3}
    recorded = kept(event)
    del file, event
    gc.collect()
    assert watched() is None
    assert recorded["file"] == "<User alice>"
    assert recorded["count"] == 3
    assert kept({"type": "websocket.send", "text": "a"})["text"] == "a"
    assert kept({"type": ["no", "hash"]}) == {"type": ["no", "hash"]}
    assert kept(3) == {"type": "3"}
