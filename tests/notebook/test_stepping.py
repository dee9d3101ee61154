"""The magics break, step and continue."""

import asyncio

import pytest
from IPython.core.error import UsageError as BadArguments
from IPython.core.interactiveshell import InteractiveShell

from asgilab.errors import PayloadError, UnknownConnection, UsageError
from asgilab.types import Receive, Scope, Send
from tests.notebook.conftest import Magic


@pytest.fixture
def bob(magic: Magic) -> Magic:
    """The magics, with bob connected."""
    magic("connect", "/ws/ --as bob")
    return magic


def test_a_step_of_a_free_connection_pauses_it_at_its_next_event(bob: Magic) -> None:
    first = bob("step", "bob")
    assert (first.passed, first.stop) == (None, None)
    assert first.standing.paused
    assert bob("send", 'bob "x"').stop.direction == "receive"


def test_each_step_lets_exactly_one_event_through(bob: Magic) -> None:
    bob("step", "bob")
    bob("send", 'bob "x"')
    bob("send", 'bob "y"')
    seen = []
    for _ in range(4):
        step = bob("step")
        seen.append((step.passed.direction, step.passed.message["text"]))
    assert seen == [("receive", "x"), ("send", "x"), ("receive", "y"), ("send", "y")]
    last = bob("step", "bob")
    assert (last.passed, last.stop) == (None, None)
    assert [bob("receive", "bob") for _ in range(2)] == ["x", "y"]


def test_a_stop_shows_the_source_line_and_the_locals(bob: Magic) -> None:
    bob("break", "send bob")
    text = repr(bob("send", 'bob "x"'))
    assert "bob is paused, about to send websocket.send" in text
    assert "held: send websocket.send x" in text
    assert "await send(echo)" in text
    assert "text = 'x'" in text
    assert "rooms.py" in text


def test_a_break_in_one_direction_lets_the_other_pass(bob: Magic) -> None:
    bob("break", "receive bob")
    assert bob("send", 'bob "x"').stop.direction == "receive"
    assert bob("step").stop is None
    assert bob("receive", "bob") == "x"


def test_a_break_without_a_name_is_for_everybody_to_come(bob: Magic) -> None:
    assert "Every connection stops" in repr(bob("break"))
    assert bob("connect", "/ws/ --as carol").stop.message["type"] == "websocket.connect"
    assert bob("send", 'bob "x"').stop.connection == "bob"


def test_a_break_may_be_set_before_its_connection_is_there(magic: Magic) -> None:
    magic("break", "send dave")
    assert magic("connect", "/ws/ --as dave").stop.message["type"] == "websocket.accept"


def test_everything_goes_on_after_continue(bob: Magic) -> None:
    bob("connect", "/ws/ --as carol")
    bob("break")
    bob("send", 'bob "x"')
    bob("send", 'carol "y"')
    assert "let through: 2 events" in repr(bob("continue"))
    assert (bob("receive", "bob"), bob("receive", "carol")) == ("x", "y")
    assert bob("send", 'bob "z"').headline.startswith("bob →")


def test_one_connection_can_go_on_alone(bob: Magic) -> None:
    bob("connect", "/ws/ --as carol")
    bob("break")
    bob("send", 'bob "x"')
    bob("send", 'carol "y"')
    going = bob("continue", "bob")
    assert "let through: 1 event" in repr(going)
    assert not going.standing.paused
    assert bob("receive", "bob") == "x"
    assert bob("step").passed.connection == "carol"


def test_a_step_without_a_name_means_the_one_that_is_held_longest(bob: Magic) -> None:
    bob("connect", "/ws/ --as carol")
    bob("break")
    bob("send", 'carol "first"')
    bob("send", 'bob "second"')
    assert bob("step").passed.connection == "carol"


def test_a_step_without_a_name_asks_where_it_cannot_tell(bob: Magic) -> None:
    assert bob("step").standing.name == "bob"
    bob("continue")
    bob("connect", "/ws/ --as carol")
    with pytest.raises(UsageError, match=r"Expected a name \(connected: bob, carol\)"):
        bob("step")
    bob("disconnect")
    with pytest.raises(UsageError, match="nothing is connected"):
        bob("step")


def test_a_step_shows_where_the_connection_stands_once_it_has_come_to_rest(
    run: Magic, bare: InteractiveShell
) -> None:
    async def twice(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await receive()

        async def say(text: str) -> None:
            await send({"type": "websocket.send", "text": text})
            for _ in range(50):
                await asyncio.sleep(0)
            await send({"type": "websocket.send", "text": text.upper()})

        await asyncio.gather(say("a"), say("b"))

    bare.user_ns["twice"] = twice
    run("app", "twice --lifespan off")
    run("connect", "/ws/ --as bob")
    run("break", "send bob")
    assert run("send", 'bob "go"').standing.held == 2
    step = run("step")
    assert (step.passed.message["text"], step.stop.message["text"]) == ("a", "b")
    assert (step.standing.held, step.standing.unread) == (2, 1)


def test_a_step_into_an_error_shows_it(bob: Magic) -> None:
    bob("step", "bob")
    bob("send", 'bob "boom"')
    assert "raised (LookupError: boom it is)" in repr(bob("step"))


def test_a_reused_name_is_stepped_by_its_own_gates(bob: Magic) -> None:
    bob("disconnect", "bob")
    bob("connect", "/ws/ --as bob")
    bob("step", "bob")
    bob("send", 'bob "x"')
    assert bob("step").passed.message["text"] == "x"


def test_unknown_names_and_too_many_of_them_are_refused(bob: Magic) -> None:
    for name in ("step", "continue"):
        with pytest.raises(UnknownConnection, match="'nobody'"):
            bob(name, "nobody")
    with pytest.raises(BadArguments, match="expected one name, got 'a b'"):
        bob("break", "send a b")


def test_a_breakpoint_stops_what_it_means_and_lets_the_rest_run(bob: Magic) -> None:
    bob("break", "send bob --type websocket.send --when \"'bye' in event['text']\"")
    bob("send", 'bob "hello"')
    assert bob("receive", "bob") == "hello"
    assert bob("send", 'bob "good bye"').stop.message["text"] == "good bye"
    bob("continue")
    assert bob("receive", "bob") == "good bye"
    assert bob("send", 'bob "bye bye"').stop is not None
    bob("continue")
    assert repr(bob("break", "--clear")) == "There is no breakpoint any more."
    assert bob("receive", "bob") == "bye bye"
    bob("send", 'bob "bye bye"')
    assert bob("receive", "bob") == "bye bye"


def test_a_condition_that_is_no_expression_is_refused(bob: Magic) -> None:
    with pytest.raises(PayloadError, match="is no expression"):
        bob("break", "bob --when 'event['")


def test_what_is_held_when_breakpoints_go_is_told_to_stay_held(bob: Magic) -> None:
    bob("break", "send bob")
    bob("send", 'bob "x"')
    assert "what is held stays held" in repr(bob("break", "--clear"))
    bob("continue")
    assert bob("receive", "bob") == "x"
