"""The first events of a session had again, and where they part from it."""

from typing import Any

import pytest

from asgilab.errors import ForkParted
from asgilab.replay import Prefix, replay_prefix, sent_before
from asgilab.sessions import Session
from tests.replay.applications import Desk, Meter
from tests.replay.recording import Recording
from tests.replay.small_lab import SmallLab, factory


def asked(*payloads: Any, heard: Any = ({"closed": None},)) -> Session:
    """Return a session in which alice asks to close a ticket, and is answered."""
    recording = Recording()
    recording.opens("alice")
    for payload in payloads:
        recording.says("alice", payload)
        for each in heard:
            recording.hears("alice", each)
    return recording.session


async def again(session: Session, at: int, application: Any = Desk) -> Prefix:
    async with factory(application)() as lab:
        return await replay_prefix(session, lab, at)


CLOSE = {"do": "close", "ticket": "t"}


async def test_a_prefix_has_the_steps_whose_input_lies_in_it() -> None:
    prefix = await again(asked(CLOSE, CLOSE), 4)
    assert (prefix.at, len(prefix.steps)) == (4, 2)
    assert not any((prefix.changed, prefix.reordered, prefix.uncertain))


async def test_values_that_come_otherwise_are_told_and_nothing_else() -> None:
    session = asked({"do": "it"}, heard=[{"uuid": "1"}])
    prefix = await again(session, 5, Meter)
    assert {change.path for change in prefix.changed} == {("text",)}
    assert prefix.changed[0].left.event == 4


@pytest.mark.parametrize(
    ("heard", "how"),
    [
        ([], "event 3: websocket.send on 'alice' came beside"),
        (
            [{"closed": None}] * 2,
            "event 5: websocket.send on 'alice' did not come again",
        ),
    ],
)
async def test_a_message_too_many_or_too_few_parts_them(heard: Any, how: str) -> None:
    session = asked(CLOSE, CLOSE, heard=heard)
    with pytest.raises(ForkParted, match=how):
        await again(session, len(session))


async def test_another_code_parts_them_and_is_named() -> None:
    recording = Recording()
    recording.opens("alice")
    recording.says("alice", {"do": "fail", "what": "x"})
    trace = "Traceback (most recent call last):\nValueError: 'x'"
    recording.fails("alice", trace)
    with pytest.raises(ForkParted, match=r"event 4: exception of application\.raised"):
        await again(recording.session, 5)


async def test_what_comes_of_the_last_input_may_be_more_than_was_recorded_by_then() -> (
    None
):
    session = asked(CLOSE, heard=[])
    assert len((await again(session, 4)).steps[-1].outputs) == 1


async def test_what_was_done_by_hand_is_not_asked_for_again() -> None:
    recording = Recording()
    recording.opens("alice")
    recording.says("alice", CLOSE)
    recording.hears("alice", "FORGED", note="edited")
    assert (await again(recording.session, 5)).changed == ()


@pytest.mark.parametrize(
    ("clock", "owned", "moved"),
    [
        ("manual", True, [0.1, 0.3, 0.4]),
        ("virtual", True, [0.1, 0.3, 0.4]),
        ("manual", False, []),
        ("real", True, []),
        (None, True, []),
    ],
)
async def test_the_clock_is_moved_as_far_as_the_recording_went(
    clock: str | None, owned: bool, moved: list[float]
) -> None:
    session = asked(CLOSE)
    session.clock = clock
    labs: list[SmallLab] = []
    async with factory(Desk, labs)() as lab:
        labs[0].owns_time = owned
        await replay_prefix(session, lab, 5)
    assert sorted({round(m, 3) for m in labs[0].moments} - {0.0}) == moved


def test_what_was_sent_to_a_client_before_an_event_is_counted() -> None:
    recording = Recording()
    recording.opens("alice")
    recording.hears("alice", "one")
    recording.hears("alice", "lost", note="lost: the client has gone")
    recording.hears("bob", "two")
    session = recording.session
    assert [sent_before(session, at, "alice") for at in range(7)] == [
        *(0, 0, 0),
        *(1, 2, 2, 2),
    ]
