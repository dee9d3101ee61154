"""The list of protocols."""

from asgilab.protocol import MESSAGES, PROTOCOLS
from asgilab.protocol._protocols import ANYTHING


def test_every_protocol_stands_under_its_scope_type() -> None:
    assert list(PROTOCOLS) == ["http", "websocket", "lifespan"]
    assert all(name == protocol.name for name, protocol in PROTOCOLS.items())


def test_every_event_type_belongs_to_one_of_them() -> None:
    known = [
        kind
        for protocol in PROTOCOLS.values()
        for kind in (*protocol.sends, *protocol.receives)
    ]
    assert sorted(known) == sorted(MESSAGES)


def test_what_anything_is_held_to_has_no_end_and_no_steps() -> None:
    assert ANYTHING.ends == frozenset()
    assert ANYTHING.table == {"unknown": {}}
