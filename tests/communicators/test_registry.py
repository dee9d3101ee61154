"""The sessions that are recorded into can be looked on, and are not kept alive."""

import gc

from asgilab.communicators import Wiring, live_sessions
from asgilab.communicators._registry import register
from asgilab.sessions import Session
from asgilab.testing import WebsocketCommunicator


async def application(scope: object, receive: object, send: object) -> None:
    """Does nothing."""


def ours(*sessions: Session) -> list[Session]:
    return [session for session in live_sessions() if session in sessions]


def test_the_session_of_a_communicator_is_there_while_it_is() -> None:
    communicator = WebsocketCommunicator(application, "/")
    session = communicator._wiring.session
    assert session is not None
    assert ours(session) == [session]
    number = len(live_sessions())
    del communicator, session
    gc.collect()
    assert len(live_sessions()) < number


def test_they_come_in_the_order_in_which_they_were_plugged_in() -> None:
    first, second = Session(), Session()
    Wiring(session=first)
    Wiring(session=second)
    Wiring(session=first)
    assert ours(second, first) == [first, second]


def test_a_wiring_without_a_session_adds_none() -> None:
    before = len(live_sessions())
    Wiring(session=None)
    assert len(live_sessions()) == before


def test_registering_twice_is_registering_once() -> None:
    session = Session()
    register(session)
    register(session)
    assert ours(session) == [session]


async def test_what_comes_before_the_application_is_awaited() -> None:
    order = []

    async def before() -> None:
        order.append("before")

    async def told(scope: object, receive: object, send: object) -> None:
        order.append("application")

    wiring = Wiring(isolate_threads=True, before=before)
    communicator = WebsocketCommunicator(told, "/", wiring=wiring)
    await communicator.wait()
    assert order == ["before", "application"]
