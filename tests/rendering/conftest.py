"""A short session with one of everything that a rendering must show."""

import pytest

from asgilab.sessions import Kind, Session, Source

TRACEBACK = (
    "Traceback (most recent call last):\n"
    '  File "/srv/chat/consumers.py", line 63, in divide\n'
    "    return 10 / by\n"
    "ZeroDivisionError: division by zero\n"
)


@pytest.fixture
def session() -> Session:
    """Return a session of two connections, the second of which raises."""
    made = Session(application="chat.asgi:application")
    line = Source("/srv/chat/consumers.py", 41, "ChatConsumer.receive_json")
    scope = {"type": "websocket", "path": "/ws/chat/", "query_string": b"v=1"}
    made.record(0.001, "alice", Kind.OPEN, scope)
    hello = {"type": "websocket.receive", "text": '{"message": "hi"}'}
    made.record(0.002, "alice", Kind.RECEIVE, hello, line)
    log = {"type": "log", "level": "INFO", "logger": "chat", "message": "said hi"}
    made.record(0.003, "alice", Kind.LOG, log, line, cause=1)
    made.record(2.5, "bob", Kind.OPEN, {"type": "websocket", "path": "/ws/divide/"})
    made.record(2.6, "bob", Kind.SEND, {"type": "websocket.send", "bytes": b"\x00\xff"})
    made.record(2.7, "bob", Kind.END, {"type": "raised", "exception": TRACEBACK})
    return made
