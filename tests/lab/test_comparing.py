"""A replay laid beside what was recorded."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from asgilab.lab import Lab, compare, without_moving
from asgilab.replay import Changed, Difference, Output, Reordered


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


def changed(before: Any, after: Any) -> Changed:
    message = {"type": "websocket.send"}
    output = Output("bob", 0, message, datetime(2026, 11, 23, tzinfo=UTC))
    return Changed(1, output, output, ("text", "x"), before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (str(uuid.UUID(int=1)), uuid.UUID(int=2).hex),
        ("2026-11-23T10:00:00+00:00", "2026-11-24T10:00:00.5Z"),
        ("Mon, 23 Nov 2026 10:00:00 GMT", "Tue, 24 Nov 2026 10:00:00 GMT"),
        (1795428000.25, 1795428001),
        (1795428000250, 1795428000251),
    ],
)
def test_an_id_or_a_time_is_counted_apart(before: Any, after: Any) -> None:
    assert without_moving([changed(before, after)]) == ((), 1)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("hello", "good morning"),
        (str(uuid.UUID(int=1)), "2026-11-24T10:00:00Z"),
        (str(uuid.UUID(int=1)), None),
        ("2026-11-23", "2026-11-24"),
        (1, 2),
        (True, False),
        (1795428000.25, 3),
    ],
)
def test_what_may_mean_something_is_told(before: Any, after: Any) -> None:
    difference = changed(before, after)
    told: list[Difference] = [difference, Reordered(2, "bob")]
    assert without_moving(told) == (tuple(told), 0)
