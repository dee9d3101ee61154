"""Calling an application in what surrounds it."""

import threading
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from asgilab.communicators import Wiring
from asgilab.communicators._running import single_callable
from asgilab.testing import ApplicationCommunicator, WebsocketCommunicator
from tests.communicators.applications import connected, quiet


async def new_form(scope: Any, receive: Any, send: Any) -> None:
    """Do nothing, in the new form."""


def old_form(scope: Any) -> Any:
    async def instance(receive: Any, send: Any) -> None:
        scope["called"] = True

    return instance


def test_the_new_form_is_left_alone() -> None:
    def plain(scope: Any, receive: Any, send: Any) -> Any:
        return new_form(scope, receive, send)

    assert single_callable(new_form) is new_form
    assert single_callable(plain) is plain


async def test_the_old_form_becomes_the_new_one() -> None:
    scope: dict[str, Any] = {}
    await single_callable(old_form)(scope, None, None)  # type: ignore[arg-type]  # the old form takes no receive here
    assert scope["called"]


def test_what_tells_no_signature_is_left_to_asgiref() -> None:
    assert callable(single_callable(dict.fromkeys))


def threads() -> Any:
    """Return an application that notes which thread its synchronous code has."""
    names: list[str] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await sync_to_async(lambda: names.append(threading.current_thread().name))()
        await quiet(scope, receive, send)

    return application, names


@pytest.mark.parametrize("isolated", [False, True])
async def test_synchronous_code_gets_a_thread_of_its_own_where_that_is_asked_for(
    isolated: bool,
) -> None:
    application, names = threads()
    for _ in range(2):
        wiring = Wiring(isolate_threads=isolated)
        communicator = await connected(application, wiring=wiring)
        await communicator.disconnect()
    assert len(set(names)) == (2 if isolated else 1)


async def test_what_comes_before_is_done_before_the_application_is_called() -> None:
    order = []

    async def before() -> None:
        order.append("before")

    async def application(scope: Any, receive: Any, send: Any) -> None:
        order.append("application")
        await quiet(scope, receive, send)

    wiring = Wiring(before=before, isolate_threads=True)
    async with WebsocketCommunicator(application, "/", wiring=wiring):
        pass
    assert order[0] == "before"
    assert order[-1] == "application"


async def test_an_application_that_raises_when_it_is_called_raises_in_the_test() -> (
    None
):
    def broken(scope: Any, receive: Any, send: Any) -> Any:
        msg = "not even a coroutine"
        raise LookupError(msg)

    communicator = ApplicationCommunicator(broken, {"type": "test"})
    with pytest.raises(LookupError, match="not even a coroutine"):
        await communicator.wait()
