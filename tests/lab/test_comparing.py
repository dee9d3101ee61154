"""A replay laid beside what was recorded."""

import uuid
from typing import Any

import pytest

from asgilab.lab import Lab, compare


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
