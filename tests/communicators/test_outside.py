"""Calls to a channel layer that a test made itself."""

import asyncio
import gc
import weakref
from typing import Any

from asgilab.communicators import record_here
from asgilab.communicators._outside import note_outside, outside
from asgilab.sessions import Kind


def call(group: str) -> dict[str, Any]:
    return {"type": "layer.group_send", "target": group, "given": {"type": "a.b"}}


async def test_what_a_test_sends_is_kept_for_its_loop() -> None:
    assert record_here(Kind.LAYER, call("room")) is None
    assert record_here(Kind.LOG, {"text": "no call"}) is None
    loop = asyncio.get_running_loop()
    assert outside(loop) == [call("room")]
    elsewhere = asyncio.new_event_loop()
    assert outside(elsewhere) == []
    elsewhere.close()


async def test_only_the_latest_are_kept() -> None:
    for number in range(50):
        note_outside(call(f"room{number}"))
    kept = outside(asyncio.get_running_loop())
    assert len(kept) == 20
    assert kept[-1] == call("room49")


def test_without_a_loop_nothing_is_kept() -> None:
    note_outside(call("room"))
    with asyncio.Runner() as runner:
        assert not outside(runner.get_loop())


def test_a_loop_that_is_gone_takes_its_calls_along() -> None:
    async def send() -> None:
        note_outside(call("room"))

    loop = asyncio.new_event_loop()
    loop.run_until_complete(send())
    loop.close()
    gone = weakref.ref(loop)
    del loop
    gc.collect()
    assert gone() is None
