"""One run of an application: when it begins, and when it is known to have ended."""

import asyncio
from typing import Any

import pytest

from asgilab.communicators import Wiring
from asgilab.errors import WrongLoop
from asgilab.sessions import Kind, Session
from asgilab.testing import HttpCommunicator
from asgilab.types import Message

START: Message = {"type": "http.response.start", "status": 200, "headers": []}
BODY: Message = {"type": "http.response.body", "body": b"done"}


async def page(scope: Any, receive: Any, send: Any) -> None:
    """Answer without waiting for anything but the request."""
    await receive()
    await send(START)
    await send(BODY)


async def lingering(scope: Any, receive: Any, send: Any) -> None:
    """Answer, and return a little later."""
    await page(scope, receive, send)
    await asyncio.sleep(0)


async def failing(scope: Any, receive: Any, send: Any) -> None:
    """Raise without an answer."""
    await receive()
    msg = "from the application"
    raise LookupError(msg)


def kinds(session: Session) -> list[Kind]:
    return [event.kind for event in session]


async def test_who_returns_with_its_answer_is_known_to_have_ended() -> None:
    session = Session()
    communicator = HttpCommunicator(page, "GET", "/", wiring=Wiring(session))
    await communicator.get_response()
    ended = [Kind.OPEN, Kind.RECEIVE, Kind.SEND, Kind.SEND, Kind.END]
    assert kinds(session) == ended
    await asyncio.sleep(0)
    assert kinds(session) == ended


async def test_who_returns_later_is_known_to_have_ended_then() -> None:
    session = Session()
    communicator = HttpCommunicator(lingering, "GET", "/", wiring=Wiring(session))
    await communicator.get_response()
    assert Kind.END not in kinds(session)
    await communicator.wait()
    assert kinds(session)[-1] is Kind.END


async def test_what_it_raises_at_once_is_raised_by_the_request() -> None:
    session = Session()
    communicator = HttpCommunicator(failing, "GET", "/", wiring=Wiring(session))
    with pytest.raises(LookupError, match="from the application"):
        await communicator.get_response()
    assert session[-1].message["type"] == "raised"


async def test_it_is_its_own_current_task_from_the_beginning() -> None:
    seen: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.append((asyncio.current_task(), communicator.future))
        async with asyncio.timeout(1):
            await page(scope, receive, send)

    communicator = HttpCommunicator(application, "GET", "/")
    await communicator.get_response()
    assert seen == [(communicator.future, communicator.future)]
    assert communicator.future is not asyncio.current_task()


async def test_what_was_ready_before_runs_before_it() -> None:
    order: list[str] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        order.append("application")
        await page(scope, receive, send)

    asyncio.get_running_loop().call_soon(order.append, "ready before")
    await HttpCommunicator(application, "GET", "/").get_response()
    assert order == ["ready before", "application"]


async def test_a_test_that_it_cancels_is_cancelled_although_the_answer_is_there() -> (
    None
):
    async def application(scope: Any, receive: Any, send: Any) -> None:
        tests[0].cancel()
        await page(scope, receive, send)

    communicator = HttpCommunicator(application, "GET", "/")
    tests = [asyncio.create_task(communicator.get_response())]
    await asyncio.wait(tests)
    assert tests[0].cancelled()
    assert communicator.output_queue.qsize() == 2


async def test_a_communicator_of_a_suites_own_sees_what_is_sent() -> None:
    class Noting(HttpCommunicator):
        async def send_input(self, message: Message) -> None:
            noted.append(message)
            await super().send_input(message)

    noted: list[Message] = []
    await Noting(page, "GET", "/", body=b"asked").get_response()
    assert noted == [{"type": "http.request", "body": b"asked"}]


def test_it_lives_on_one_loop() -> None:
    communicator = HttpCommunicator(lingering, "GET", "/")
    with asyncio.Runner() as first:
        first.run(communicator.send_request())
        with pytest.raises(WrongLoop), asyncio.Runner() as second:
            second.run(communicator.wait())


@pytest.mark.parametrize("name", ["send_input", "receive_output"])
async def test_a_call_that_is_spied_on_in_one_communicator_is_made(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    communicator = HttpCommunicator(page, "GET", "/")
    calls: list[str] = []
    real = getattr(communicator, name)

    async def spy(*arguments: Any) -> Any:
        calls.append(name)
        return await real(*arguments)

    monkeypatch.setattr(communicator, name, spy)
    assert (await communicator.get_response())["body"] == b"done"
    assert calls == [name] * (1 if name == "send_input" else 2)


async def test_a_receive_output_of_a_subclass_gets_each_event() -> None:
    class Noting(HttpCommunicator):
        async def receive_output(self, timeout: float = 1) -> Any:
            seen.append(await super().receive_output(timeout))
            return seen[-1]

    seen: list[Any] = []
    await Noting(page, "GET", "/").get_response()
    assert seen == [START, BODY]


async def test_a_length_of_thousands_of_digits_is_no_error_of_ours() -> None:
    async def boasting(scope: Any, receive: Any, send: Any) -> None:
        length = (b"content-length", b"9" * 5000)
        await send({**START, "headers": [length]})
        await send(BODY)

    communicator = HttpCommunicator(boasting, "GET", "/", validate="record")
    assert (await communicator.get_response())["body"] == b"done"
