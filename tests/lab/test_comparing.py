"""A replay laid beside what was recorded."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from asgilab.lab import Lab, compare, places_of, without_moving
from asgilab.replay import Changed, Difference, Output, Reordered
from asgilab.sessions import Session


async def application(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        text = str(uuid.uuid4()) if event["text"] == "id" else GREETING["text"]
        await send({"type": "websocket.send", "text": text})


GREETING = {"text": "hello"}


async def test_what_changes_every_time_is_not_counted_and_what_changed_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with Lab(application, lifespan="off") as lab:
        bob = lab.websocket("/", name="bob")
        await bob.connect()
        for text in ("id", "greet"):
            await bob.send_to(text_data=text)
            await bob.receive_from()
        same = await compare(lab.session, lab.fresh)
        assert (same.differences, same.volatile) == ((), 1)
        monkeypatch.setitem(GREETING, "text", "good morning")
        other = await compare(lab.session, lab.fresh)
    (difference,) = other.differences
    assert "'hello' → 'good morning'" in str(difference)
    assert other.volatile == 1


BEGAN = datetime(2026, 11, 23, 10, tzinfo=UTC)


def sides(clock: str = "real") -> tuple[Session, Session]:
    """Return two empty sessions, of one day and of the next."""
    found = Session(started=BEGAN), Session(started=BEGAN + timedelta(days=1))
    for session in found:
        session.clock = clock
    return found


def changed(before: Any, after: Any) -> Changed:
    message = {"type": "websocket.send"}
    one, other = (
        Output("bob", 0, message, session.started + timedelta(seconds=40))
        for session in sides()
    )
    return Changed(1, one, other, ("text", "x"), before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (str(uuid.UUID(int=1)), uuid.UUID(int=2).hex),
        ("2026-11-23T10:00:00+00:00", "2026-11-24T10:00:00.5Z"),
        ("2026-11-23T10:00:00", "2026-11-24T10:00:40"),
        ("Mon, 23 Nov 2026 10:00:00 GMT", "Tue, 24 Nov 2026 10:00:00 GMT"),
        (BEGAN.timestamp() + 0.25, int(BEGAN.timestamp()) + 86401),
        (int(BEGAN.timestamp()) * 1000, int(BEGAN.timestamp()) * 1000 + 86_400_001),
    ],
)
def test_an_id_or_a_time_is_counted_apart(before: Any, after: Any) -> None:
    difference = changed(before, after)
    assert without_moving([difference], *sides()) == ((), (difference,))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("hello", "good morning"),
        (str(uuid.UUID(int=1)), "2026-11-24T10:00:00Z"),
        (str(uuid.UUID(int=1)), None),
        ("2026-11-23", "2026-11-24"),
        ("2026-11-23T10:00:00Z", "2026-12-24T10:00:00Z"),
        ("2026-11-23T11:00:00Z", "2026-11-24T10:00:00Z"),
        (1, 2),
        (True, False),
        (1_600_000_000, 2_900_000_000),
        (BEGAN.timestamp(), 1_600_000_000),
        (BEGAN.timestamp(), 3),
        (10**400, 1e300),
        ("Mon, 99 Nov 2026 10:00:00 GMT", "Tue, 99 Nov 2026 10:00:00 GMT"),
        ("0001-01-01T00:00:00", "9999-12-31T23:59:59"),
    ],
)
def test_what_may_mean_something_is_told(before: Any, after: Any) -> None:
    difference = changed(before, after)
    told: list[Difference] = [difference, Reordered(2, "bob")]
    assert without_moving(told, *sides()) == (tuple(told), ())


def test_a_clock_that_was_moved_may_be_a_day_off() -> None:
    difference = changed("2026-11-23T20:00:00Z", "2026-11-25T00:00:00Z")
    assert without_moving([difference], *sides()) == ((difference,), ())
    assert without_moving([difference], *sides("manual")) == ((), (difference,))


def test_the_places_that_were_passed_over_are_named_once() -> None:
    passed = [changed(1, 2), changed(3, 4)]
    assert places_of(passed) == "$.text.x"
    many = [replace(passed[0], path=("text", f"k{n}")) for n in range(7)]
    assert places_of(many).endswith("$.text.k4 and 2 more")
