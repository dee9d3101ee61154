"""Consumers whose truth is known, asked whether they send nothing."""

from typing import Any

import pytest

from asgilab.engine import Quiet
from asgilab.testing import ApplicationCommunicator
from tests.engine.consumers import SAMPLES, Sample
from tests.engine.loops import KNOWING, Factory, opaque_loop, run_on

ENOUGH = 0.5
"""Seconds in which each that sends has sent, where nobody can be sure."""


def uvloop() -> Any:
    """Return a loop of uvloop."""
    return pytest.importorskip("uvloop", reason="uvloop is not made for here")


async def ask(sample: Sample, timeout: float) -> tuple[bool, Quiet | None]:
    """Give a consumer its one event, and ask whether it sends nothing."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        async def say(text: str) -> None:
            await send({"type": "test.said", "text": text})

        await sample.run(receive, say)

    communicator = ApplicationCommunicator(
        application, {"type": "test"}, validate="off"
    )
    await communicator.send_input({"type": "test.event"})
    nothing = await communicator.receive_nothing(timeout)
    quiet = communicator.quiet
    if not communicator.future.done():
        await communicator.send_input({"type": "test.event"})
        await communicator.wait()
    return nothing, quiet


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
@pytest.mark.parametrize("factory", KNOWING)
def test_nothing_is_said_of_a_consumer_only_where_it_is_true(
    factory: Factory, sample: Sample
) -> None:
    # Far more than any of them takes: who is silent is known at once all the same.
    nothing, quiet = run_on(factory, ask(sample, 60))
    assert nothing != sample.sends
    if nothing:
        assert quiet is not None
        assert quiet.certain


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
@pytest.mark.parametrize("kind", ["a loop without a selector", "uvloop"])
def test_where_nobody_can_be_sure_the_time_is_waited_for_and_it_is_said(
    kind: str, sample: Sample
) -> None:
    factory = uvloop().new_event_loop if kind == "uvloop" else opaque_loop
    nothing, quiet = run_on(factory, ask(sample, ENOUGH))
    assert nothing != sample.sends
    if nothing:
        assert quiet is not None
        assert not quiet.certain
        reason = "this event loop does not tell whether it is idle"
        assert quiet.reasons == (reason,)
