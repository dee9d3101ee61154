"""What the customer's document says about the end of a connection, in our words."""

import asyncio
import gc
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from asgilab.testing import WebsocketCommunicator
from asgilab.types import Receive, Scope, Send
from tests.customer import applications


async def fragile() -> Any:
    """Return a connection whose consumer has been given what it fails on."""
    communicator = WebsocketCommunicator(applications.Fragile.as_asgi(), "/testws/")
    await communicator.connect()
    await communicator.send_to(text_data="hello")
    return communicator


async def test_disconnecting_tells_the_application_and_returns_nothing() -> None:
    codes = []

    class Leaving(applications.SimpleAsync):
        async def disconnect(self, code: int) -> None:
            codes.append(code)

    communicator = WebsocketCommunicator(Leaving.as_asgi(), "/testws/")
    await communicator.connect()
    assert await communicator.disconnect() is None  # type: ignore[func-returns-value]  # that it is None is the promise
    assert codes == [1000]
    assert communicator.future.done()


async def test_a_client_may_leave_with_a_code_of_its_own() -> None:
    codes = []

    class Leaving(applications.SimpleAsync):
        async def disconnect(self, code: int) -> None:
            codes.append(code)

    communicator = WebsocketCommunicator(Leaving.as_asgi(), "/testws/")
    await communicator.connect()
    await communicator.disconnect(code=3001)
    assert codes == [3001]


async def test_after_an_exception_that_was_seen_disconnect_is_silent() -> None:
    communicator = await fragile()
    with pytest.raises(ValueError, match="cannot take 'hello'"):
        await communicator.receive_from()
    assert await communicator.disconnect() is None


async def test_after_an_exception_seen_by_wait_disconnect_is_silent() -> None:
    communicator = await fragile()
    with pytest.raises(ValueError, match="cannot take 'hello'"):
        await communicator.wait()
    assert await communicator.disconnect() is None


async def rule_breaker() -> Any:
    """Return a connection whose application has been told to send nonsense."""
    communicator = WebsocketCommunicator(applications.scripted, "/testws/")
    events = [{"type": "websocket.accept"}, {"type": "websocket.send", "text": 7}]
    communicator.scope["state"] = {"events": events, "received": []}
    await communicator.connect()
    return communicator


async def test_after_a_frame_of_the_wrong_type_disconnect_is_silent() -> None:
    communicator = await rule_breaker()
    with pytest.raises(AssertionError):
        await communicator.receive_from()
    await asyncio.wait([communicator.future])
    assert await communicator.disconnect() is None


@pytest.mark.parametrize("failing", [fragile, rule_breaker])
async def test_an_exception_that_was_seen_is_not_reported_again(failing: Any) -> None:
    reports: list[Any] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: reports.append(context))
    communicator = await failing()
    with pytest.raises((ValueError, AssertionError)):
        await communicator.receive_from()
    await asyncio.wait([communicator.future])
    del communicator
    gc.collect()
    assert reports == []


async def test_an_exception_that_nobody_saw_is_not_lost_in_disconnect() -> None:
    communicator = await fragile()
    with pytest.raises(ValueError, match="cannot take 'hello'"):
        await communicator.disconnect()
    assert await communicator.disconnect() is None


async def test_after_the_application_has_returned_disconnect_is_silent() -> None:
    async def brief(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close"})

    communicator = WebsocketCommunicator(brief, "/testws/")
    assert await communicator.connect() == (True, None)
    await communicator.wait()
    assert await communicator.disconnect() is None  # type: ignore[func-returns-value]  # that it is None is the promise


async def test_a_second_disconnect_is_silent() -> None:
    communicator = WebsocketCommunicator(applications.Simple.as_asgi(), "/testws/")
    await communicator.connect()
    await communicator.disconnect()
    assert await communicator.disconnect() is None  # type: ignore[func-returns-value]  # that it is None is the promise


PRELUDE = """\
import asyncio
from asgilab.testing import WebsocketCommunicator

async def application(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] != "websocket.disconnect":
        await send({"type": "websocket.send", "text": event["text"]})

async def connected():
    communicator = WebsocketCommunicator(application, "/testws/")
    assert await communicator.connect() == (True, None)
    await communicator.send_to(text_data="hello")
    assert await communicator.receive_from() == "hello"
    return communicator

async def main():
"""

ENDINGS = {
    "disconnected": """\
    communicator = await connected()
    await communicator.disconnect()
""",
    "raised": """\
    communicator = await connected()
    await communicator.send_to(bytes_data=b"no text here")
    try:
        await communicator.receive_from()
    except KeyError:
        print("seen")
""",
    "broke the rules": """\
    communicator = await connected()
    await communicator.send_input({"type": "websocket.receive", "text": 7})
    try:
        await communicator.receive_from()
    except AssertionError:
        print("seen")
""",
    "never disconnected": """\
    communicator = await connected()
    await communicator.send_to(text_data="and then nothing")
""",
    "forgotten": """\
    await connected()
    import gc
    gc.collect()
""",
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_no_ending_leaves_a_warning_behind(ending: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(f"{PRELUDE}{ENDINGS[ending]}\nasyncio.run(main())\n")
    root = Path(__file__).resolve().parents[2]
    finished = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", str(script)],
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (finished.returncode, finished.stderr) == (0, "")
