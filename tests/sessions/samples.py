"""Sessions for the tests here: one by hand, and whatever hypothesis thinks of."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from asgilab.sessions import Kind, Session, Source

STARTED = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def sample() -> Session:
    """Return a session of two connections."""
    session = Session(
        application="chat.asgi:application",
        settings="chat.settings",
        app_dir="project",
        started=STARTED,
    )
    session.options["alice"] = {"user": "alice", "headers": [("x", b"y")]}
    line = Source("chat/consumers.py", 12, "Chat.receive")
    session.record(0.0, "alice", Kind.OPEN, {"type": "websocket", "path": "/"})
    session.record(0.5, "alice", Kind.RECEIVE, {"type": "websocket.connect"}, line)
    session.record(
        0.75, "alice", Kind.SEND, {"type": "websocket.accept"}, line, 1, "edited"
    )
    session.record(1.0, "bob", Kind.END, {"type": "returned", "exception": None})
    return session


texts = st.text()
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | texts
    | st.binary()
)
keys = texts | st.sampled_from(["$bytes", "$float", "$repr", "$dict"])
values: st.SearchStrategy[Any] = st.recursive(
    leaves, lambda inner: st.lists(inner) | st.dictionaries(keys, inner, max_size=3)
)
messages = st.dictionaries(keys, values, max_size=4)
sources = st.none() | st.builds(Source, texts, st.integers(1, 10**6), texts)


@st.composite
def sessions(draw: st.DrawFn) -> Session:
    """Return any session, with options and causes."""
    session = Session(
        application=draw(st.none() | texts),
        settings=draw(st.none() | texts),
        app_dir=draw(st.none() | texts),
        started=STARTED,
    )
    session.clock = draw(st.sampled_from([None, "real", "manual", "virtual"]))
    session.options = draw(st.dictionaries(texts, messages, max_size=2))
    for index in range(draw(st.integers(0, 5))):
        session.record(
            draw(st.integers(0, 10**9)) / 1e6,
            draw(texts),
            draw(st.sampled_from(Kind)),
            draw(messages),
            draw(sources),
            draw(st.none() | st.integers(0, index - 1)) if index else None,
            draw(texts),
        )
    return session
