"""Feeding recorded inputs to a fresh application."""

import asyncio
import json
from typing import Any

import pytest

from asgilab.engine import Quiet
from asgilab.errors import UsageError
from asgilab.lab import Lab
from asgilab.replay import Act, Replay, replay, steps
from asgilab.sessions import Kind, Session
from asgilab.types import Receive, Scope, Send
from tests.replay.applications import Desk
from tests.replay.recording import Recording
from tests.replay.small_lab import SmallLab, factory


def said(done: Replay, step: int) -> list[Any]:
    return [o.content.get("text") for o in done.steps[step].outputs]


async def recorded(*asked: dict[str, Any]) -> Session:
    """Return the session of a client who asks a help desk some things."""
    async with factory(Desk)() as lab:
        connection = lab.websocket("/desk/", name="alice", headers=[])
        await connection.send_input({"type": "websocket.connect"})
        await lab.settle()
        for each in asked:
            event = {"type": "websocket.receive", "text": json.dumps(each)}
            await connection.send_input(event)
            await lab.settle()
        return lab.session


async def test_the_inputs_are_fed_one_by_one_and_the_outputs_kept_by_step() -> None:
    session = await recorded({"do": "open"}, {"do": "close", "ticket": "?"})
    done = await replay(session, factory(Desk))
    assert [step.input.act for step in done.steps] == [
        Act.CONNECT,
        Act.DELIVER,
        Act.DELIVER,
    ]
    assert [o.type for o in done.steps[0].outputs] == ["websocket.accept"]
    assert set(said(done, 1)[0]) == {"ticket", "at"}
    assert said(done, 2) == [{"closed": None}]
    assert [e.type for e in done.session] == [e.type for e in session]


async def test_an_id_of_the_server_is_followed_into_what_the_client_sends() -> None:
    async with factory(Desk)() as lab:
        connection = lab.websocket("/", name="alice", headers=[])
        await connection.send_input({"type": "websocket.connect"})
        await connection.send_input(
            {"type": "websocket.receive", "text": '{"do": "open"}'}
        )
        await lab.settle()
        ticket = json.loads(lab.session[-1].message["text"])["ticket"]
        close = json.dumps({"do": "close", "ticket": ticket})
        await connection.send_input({"type": "websocket.receive", "text": close})
        await lab.settle()
        await lab.http("GET", f"/{ticket}", name="http", headers=[], body=b"")
        session = lab.session
    assert json.loads(session[6].message["text"])["closed"] == ticket
    done = await replay(session, factory(Desk))
    fresh = said(done, 1)[0]["ticket"]
    assert fresh != ticket
    assert said(done, 2) == [{"closed": fresh}]
    assert done.steps[3].outputs[0].content["body"] == {"known": True}
    request = done.steps[3].input.request
    assert request is not None
    assert request.path == f"/{fresh}"


async def test_connections_open_as_they_were_asked_for() -> None:
    recording = Recording()
    recording.opens(
        "alice",
        "/ws/?room=1",
        user="alice",
        subprotocols=["chat.v1"],
        headers=[
            (b"cookie", b"sessionid=secret; theme=dark"),
            (b"origin", b"http://a"),
        ],
    )
    labs: list[SmallLab] = []
    await replay(recording.session, factory(Desk, labs))
    assert labs[0].opened == [
        (
            "/ws/?room=1",
            {
                "name": "alice",
                "user": "alice",
                "headers": [(b"origin", b"http://a"), (b"cookie", b"theme=dark")],
                "subprotocols": ["chat.v1"],
            },
        )
    ]


async def test_an_exception_is_an_event_and_nothing_is_fed_after_it() -> None:
    session = await recorded({"do": "fail", "what": "x"})
    later = {"type": "websocket.receive", "text": '{"do": "open"}'}
    session.record(9.0, "alice", Kind.RECEIVE, later)
    labs: list[SmallLab] = []
    done = await replay(session, factory(Desk, labs))
    (raised,) = done.steps[1].outputs
    assert raised.message["exception"] == "KeyError"
    assert done.steps[2].outputs == ()
    assert labs[0].connections[0].inbox.empty(), "it was fed after its end"
    assert labs[0].connections[0].waited, "nobody took note of the exception"
    assert len(done.steps) == len(steps(session))


async def test_a_request_that_fails_is_an_event_too() -> None:
    recording = Recording()
    recording.requests("api", "GET", "/fail")
    done = await replay(recording.session, factory(Desk))
    assert [o.type for o in done.steps[0].outputs] == ["application.raised"]


async def test_a_replay_may_stop_before_an_event() -> None:
    session = await recorded({"do": "open"}, {"do": "open"})
    fourth = [event.index for event in session if event.kind is Kind.RECEIVE][2]
    done = await replay(session, factory(Desk), upto=fourth)
    assert len(done.steps) == 2


async def test_where_rest_is_uncertain_more_time_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = await recorded({"do": "open"})
    settle = SmallLab.settle
    asked: list[SmallLab] = []

    async def uncertain(lab: SmallLab) -> Any:
        """Know nothing for certain before the third time in a step."""
        asked.append(lab)
        if len(asked) % 3 == 0:
            await settle(lab)
        return Quiet(len(asked) % 3 == 0, None, 0, 0, ("a thread",))

    monkeypatch.setattr(SmallLab, "settle", uncertain)
    done = await replay(session, factory(Desk))
    assert len(asked) == 6
    assert [len(step.outputs) for step in done.steps] == [1, 1]


async def test_a_connection_without_a_scope_cannot_be_opened_again() -> None:
    session = Session(application="x:y")
    session.record(0.0, "alice", Kind.RECEIVE, {"type": "websocket.connect"})
    with pytest.raises(UsageError, match="'alice' without a scope"):
        await replay(session, factory(Desk))


async def test_an_event_on_a_connection_that_was_never_opened_is_refused() -> None:
    session = Session(application="x:y")
    session.record(0.0, "bob", Kind.RECEIVE, {"type": "websocket.receive", "text": ""})
    with pytest.raises(UsageError, match="'bob', which it never opened"):
        await replay(session, factory(Desk))


class Together:
    """Answers nobody before somebody on ``/last`` has sent something."""

    def __init__(self) -> None:
        self.go = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        if scope["path"] == "/last":
            self.go.set()
        await self.go.wait()
        await send({"type": "websocket.send", "text": scope["path"]})
        await receive()


async def test_what_comes_late_stands_where_it_was_caused() -> None:
    async with Lab(Together()) as lab:
        for name in ("first", "last"):
            connection = lab.websocket(f"/{name}", name=name)
            await connection.connect()
        for name in ("first", "last"):
            await lab.connection(name).send_input(
                {"type": "websocket.receive", "text": "x"}
            )
            await lab.settle()
        session = lab.session.prefix(len(lab.session))
    done = await replay(session, lambda: Lab(Together()))
    assert [e.connection for e in done.session][-2:] == ["last", "first"]
    assert [said(done, step) for step in (2, 3)] == [["/first"], ["/last"]]
    assert [step.outputs for step in done.steps] == [
        step.outputs for step in steps(done.session)
    ]


async def test_steps_that_are_kept_as_they_came_are_those_of_the_session() -> None:
    session = await recorded({"do": "open"}, {"do": "later"}, {"do": "open"})
    done = await replay(session, factory(Desk))
    assert [step.outputs for step in done.steps] == [
        step.outputs for step in steps(done.session)
    ]
