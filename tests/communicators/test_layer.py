"""What a connection did with its channel layer, read from its session."""

from typing import Any

import pytest

from asgilab.communicators import Wiring, record_here
from asgilab.errors import NoOutput, UsageError
from asgilab.sessions import Kind
from asgilab.testing import WebsocketCommunicator

JOIN = {"type": "layer.group_add", "target": "room", "given": "channel"}
LEAVE = {"type": "layer.group_discard", "target": "room", "given": "channel"}
TELL = {"type": "layer.group_send", "target": "room", "given": {"type": "told"}}


def doing(*calls: dict[str, Any]) -> Any:
    """An application that makes these calls to a layer, as the tap records them."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        for call in calls:
            record_here(Kind.LAYER, call)
        await send({"type": "websocket.accept"})
        await receive()

    return application


async def connected(application: Any, **options: Any) -> WebsocketCommunicator:
    communicator = WebsocketCommunicator(application, "/", **options)
    await communicator.connect()
    return communicator


async def test_membership_is_what_was_joined_and_not_left() -> None:
    assert (await connected(doing(JOIN))).groups == {"room"}
    assert (await connected(doing(JOIN, LEAVE))).groups == frozenset()


async def test_a_send_to_the_group_is_found() -> None:
    communicator = await connected(doing(TELL))
    assert await communicator.expect_group_send("room") == {"type": "told"}


async def test_a_send_of_something_else_is_not() -> None:
    communicator = await connected(doing(TELL))
    with pytest.raises(NoOutput, match=r"Nothing \{'type': 'other'\} was sent"):
        await communicator.expect_group_send("room", {"type": "other"})


async def test_without_a_recording_nothing_is_known() -> None:
    communicator = await connected(doing(), wiring=Wiring(session=None))
    with pytest.raises(UsageError, match="not recorded"):
        assert communicator.groups
