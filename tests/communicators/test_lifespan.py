"""Startup and shutdown, as a server does them around all else."""

from typing import Any

import pytest

from asgilab.communicators import Wiring
from asgilab.errors import (
    ApplicationEnded,
    IllegalDelivery,
    LifespanFailed,
    NoOutput,
    UnexpectedEvent,
    UsageError,
)
from asgilab.testing import LifespanCommunicator
from tests.communicators.applications import FOREVER


def answering(*answers: dict[str, Any]) -> Any:
    """Return an application that gives one answer to each event."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        for answer in answers:
            event = await receive()
            scope["state"].setdefault("got", []).append(event["type"])
            await send(answer)

    return application


UP = {"type": "lifespan.startup.complete"}
DOWN = {"type": "lifespan.shutdown.complete"}


async def test_an_application_starts_up_and_shuts_down() -> None:
    lifespan = LifespanCommunicator(answering(UP, DOWN))
    await lifespan.startup()
    assert not lifespan.future.done()
    await lifespan.shutdown()
    assert lifespan.future.done()
    assert lifespan.state == {"got": ["lifespan.startup", "lifespan.shutdown"]}


async def test_a_with_block_does_both() -> None:
    async with LifespanCommunicator(answering(UP, DOWN)) as lifespan:
        assert lifespan.state["got"] == ["lifespan.startup"]
    assert lifespan.state["got"] == ["lifespan.startup", "lifespan.shutdown"]


async def test_a_namespace_can_be_given() -> None:
    state: dict[str, Any] = {"db": "pool"}
    async with LifespanCommunicator(answering(UP, DOWN), state=state) as lifespan:
        assert lifespan.state is state
    assert state["db"] == "pool"


@pytest.mark.parametrize(
    ("answer", "text"),
    [({"message": "no database"}, "no database"), ({}, "The application gave no")],
    ids=["reason", "bare"],
)
async def test_a_failed_startup_tells_the_reason(
    answer: dict[str, Any], text: str
) -> None:
    failed = {"type": "lifespan.startup.failed", **answer}
    lifespan = LifespanCommunicator(answering(failed))
    with pytest.raises(LifespanFailed, match=text) as caught:
        await lifespan.startup()
    assert caught.value.message == answer.get("message", "")


async def test_a_failed_shutdown_tells_the_reason() -> None:
    failed = {"type": "lifespan.shutdown.failed", "message": "still busy"}
    lifespan = LifespanCommunicator(answering(UP, failed))
    await lifespan.startup()
    with pytest.raises(LifespanFailed, match="still busy"):
        await lifespan.shutdown()


async def test_a_startup_that_fails_does_not_enter_the_block_and_leaves_nothing() -> (
    None
):
    async def lingers(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no"})
        await receive()

    lifespan = LifespanCommunicator(lingers)
    with pytest.raises(LifespanFailed):
        async with lifespan:
            pytest.fail("not reached")
    assert lifespan.future.done()


async def test_an_application_without_lifespan_raises_its_own_exception() -> None:
    async def http_only(scope: Any, receive: Any, send: Any) -> None:
        raise NotImplementedError(scope["type"])

    with pytest.raises(NotImplementedError, match="lifespan"):
        await LifespanCommunicator(http_only).startup()


async def test_one_that_returns_or_stays_silent_is_named_at_once() -> None:
    async def returns(scope: Any, receive: Any, send: Any) -> None:
        await receive()

    async def silent(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await receive()

    with pytest.raises(ApplicationEnded):
        await LifespanCommunicator(returns).startup(timeout=FOREVER)
    lifespan = LifespanCommunicator(silent)
    with pytest.raises(NoOutput):
        await lifespan.startup(timeout=FOREVER)
    lifespan.stop()


async def test_another_answer_is_unexpected_where_nobody_validates() -> None:
    wiring = Wiring(validate="off")
    lifespan = LifespanCommunicator(answering(DOWN), wiring=wiring)
    with pytest.raises(UnexpectedEvent, match=r"startup\.complete', but was"):
        await lifespan.startup()


async def test_one_that_does_not_return_after_its_shutdown_is_named_at_once() -> None:
    async def lingers(scope: Any, receive: Any, send: Any) -> None:
        for answer in (UP, DOWN):
            await receive()
            await send(answer)
        await receive()
        await receive()

    lifespan = LifespanCommunicator(lingers)
    await lifespan.startup()
    with pytest.raises(NoOutput, match="still runs"):
        await lifespan.shutdown(timeout=FOREVER)
    lifespan.stop()


async def test_life_01_a_shutdown_comes_after_the_startup_and_once() -> None:
    lifespan = LifespanCommunicator(answering(UP, DOWN, {"type": "never sent"}))
    early = r"LIFE-01: lifespan\.shutdown in state starting; expected lifespan\.startup"
    with pytest.raises(IllegalDelivery, match=early):
        await lifespan.shutdown()
    await lifespan.startup()
    twice = r"LIFE-01: lifespan\.startup in state running; expected lifespan\.shutdown"
    with pytest.raises(IllegalDelivery, match=twice):
        await lifespan.startup()
    with pytest.raises(NoOutput, match="still runs"):
        await lifespan.shutdown()
    late = r"LIFE-01: lifespan\.shutdown in state ended; expected nothing more"
    with pytest.raises(IllegalDelivery, match=late):
        await lifespan.shutdown()
    lifespan.stop()


async def test_life_06_after_a_failed_startup_no_shutdown_follows() -> None:
    got: list[str] = []

    async def lingers(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no"})
        got.append((await receive())["type"])

    with pytest.raises(LifespanFailed):
        await LifespanCommunicator(lingers).__aenter__()
    assert got == []


async def test_granian_announces_a_version_of_its_own() -> None:
    scope = LifespanCommunicator(answering(UP), served_by="granian").scope
    assert scope["asgi"]["spec_version"] == "2.3"


def test_life_12_daphne_runs_no_lifespan() -> None:
    with pytest.raises(UsageError, match="daphne runs no lifespan"):
        LifespanCommunicator(answering(UP), served_by="daphne")
