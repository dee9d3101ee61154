"""A session as steps."""

from datetime import timedelta

from asgilab.replay import RESPONSE, Act, Step, steps
from asgilab.sessions import Kind
from tests.replay.recording import STARTED, TRACEBACK, Recording


def acts(found: list[Step]) -> list[tuple[str, Act]]:
    return [(step.input.connection, step.input.act) for step in found]


def test_each_input_begins_a_step_that_holds_what_was_sent_then() -> None:
    recording = Recording()
    recording.opens("alice")
    recording.opens("bob")
    recording.says("alice", {"message": "hi"})
    recording.hears("alice", {"message": "hi"})
    recording.hears("bob", {"message": "hi"})
    recording.leaves("alice")
    found = steps(recording.session)
    assert acts(found) == [
        ("alice", Act.CONNECT),
        ("bob", Act.CONNECT),
        ("alice", Act.DELIVER),
        ("alice", Act.DELIVER),
    ]
    assert [o.connection for o in found[2].outputs] == ["alice", "bob"]
    assert [o.type for o in found[3].outputs] == ["application.returned"]


def test_a_step_that_opens_a_connection_says_what_was_asked_for() -> None:
    recording = Recording()
    recording.opens("alice", "/ws/a/?x=1", subprotocols=["chat.v1"])
    request = steps(recording.session)[0].input.request
    assert request is not None
    assert (request.path, request.subprotocols) == ("/ws/a/?x=1", ("chat.v1",))


def test_an_output_goes_to_the_step_that_caused_it_when_that_is_known() -> None:
    recording = Recording()
    recording.opens("alice")
    recording.opens("bob")
    recording.says("alice", {"n": 1})
    cause = len(recording.session) - 1
    recording.says("bob", {"n": 2})
    recording.hears("alice", {"late": True}, cause=cause)
    found = steps(recording.session)
    assert [o.connection for o in found[2].outputs] == ["alice"]
    assert found[3].outputs == ()


def test_a_cause_may_be_an_output_of_another_connection() -> None:
    recording = Recording()
    recording.opens("alice")
    recording.opens("bob")
    recording.says("alice", {"n": 1})
    recording.hears("alice", {"n": 1}, cause=len(recording.session) - 1)
    relayed = len(recording.session) - 1
    recording.says("bob", {"n": 2})
    recording.hears("bob", {"from": "alice"}, cause=relayed)
    assert [o.connection for o in steps(recording.session)[2].outputs] == [
        "alice",
        "bob",
    ]


def test_outputs_of_one_connection_never_overtake_each_other() -> None:
    recording = Recording()
    recording.opens("alice")
    recording.says("alice", {"n": 1})
    first = len(recording.session) - 1
    recording.says("alice", {"n": 2})
    second = len(recording.session) - 1
    recording.hears("alice", {"n": 2}, cause=second)
    recording.hears("alice", {"n": 1}, cause=first)
    last = steps(recording.session)[-1]
    assert [o.content["text"]["n"] for o in last.outputs] == [2, 1]


def test_a_response_is_one_output_with_the_whole_body() -> None:
    recording = Recording()
    recording.requests("api", "POST", "/rooms/?a=b", b"{}")
    recording.responds("api", 201, b'{"id"', b": 7}")
    (step,) = steps(recording.session)
    response, end = step.outputs
    assert (step.input.act, step.input.message["body"]) == (Act.REQUEST, b"{}")
    assert (response.type, response.message["status"]) == (RESPONSE, 201)
    assert response.content["body"] == {"id": 7}
    assert response.message["more_body"] is False
    assert end.type == "application.returned"


def test_a_request_body_in_parts_is_put_together() -> None:
    recording = Recording()
    recording.requests("api", "POST", "/", b"one ")
    more = {"type": "http.request", "body": b"two"}
    recording.event("api", Kind.RECEIVE, more)
    (step,) = steps(recording.session)
    assert step.input.message["body"] == b"one two"


def test_the_end_of_the_application_names_its_exception() -> None:
    recording = Recording()
    recording.opens("split")
    recording.says("split", {"people": 0})
    recording.fails("split", TRACEBACK)
    (raised,) = steps(recording.session)[-1].outputs
    assert raised.message == {
        "type": "application.raised",
        "exception": "ZeroDivisionError",
        "message": "division by zero",
    }


def test_an_application_that_ends_before_it_asks_for_anything_was_connected_to() -> (
    None
):
    recording = Recording()
    recording.event(
        "broken", Kind.OPEN, {"type": "websocket", "path": "/", "headers": []}
    )
    recording.fails("broken", TRACEBACK)
    (step,) = steps(recording.session)
    assert step.input.act is Act.CONNECT
    assert step.input.message == {"type": "websocket.connect"}


def test_what_reached_nobody_is_no_output_and_what_was_dropped_no_input() -> None:
    recording = Recording()
    recording.opens("alice")
    recording.event("alice", Kind.RECEIVE, {"type": "x"}, note="dropped")
    recording.hears("alice", "gone", note="lost: the client has gone")
    recording.hears("alice", "bad", note="refused by WS-30")
    recording.hears("alice", "changed", note="edited")
    (step,) = steps(recording.session)
    assert [(o.type, o.note) for o in step.outputs] == [
        ("websocket.accept", ""),
        ("websocket.send", "edited"),
    ]


def test_the_lifespan_and_what_is_no_asgi_event_are_left_out() -> None:
    recording = Recording()
    recording.event("lifespan", Kind.OPEN, {"type": "lifespan"})
    recording.event("lifespan", Kind.RECEIVE, {"type": "lifespan.startup"})
    recording.event("lifespan", Kind.SEND, {"type": "lifespan.startup.complete"})
    recording.opens("alice")
    recording.event("alice", Kind.LOG, {"type": "log"})
    (step,) = steps(recording.session)
    assert [o.type for o in step.outputs] == ["websocket.accept"]


def test_an_output_knows_when_it_was_sent() -> None:
    recording = Recording()
    recording.opens("alice")
    (accept,) = steps(recording.session)[0].outputs
    assert accept.moment == STARTED + timedelta(seconds=0.2)


def test_an_empty_session_has_no_steps() -> None:
    assert steps(Recording().session) == []


def test_a_session_that_has_grown_has_more_steps() -> None:
    recording = Recording()
    recording.opens("alice")
    before = steps(recording.session)
    before.clear()  # what one caller does with them is no other's affair
    assert len(steps(recording.session)) == 1
    recording.says("alice", {"n": 1})
    assert len(steps(recording.session)) == 2
