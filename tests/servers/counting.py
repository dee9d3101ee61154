"""An application that stores what it is told, and counts; and a lab that explores it.

Run as a program, it prints what the lab saw, and what replays saw beside it.
"""

import asyncio
import sys
from typing import Any

from asgilab.engine import LabLoop
from asgilab.example import DIRECTORY

SETTINGS = "tests.servers.settings"


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Make a room of each message; answer with the number of rooms."""
    from chat.models import Room

    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        await Room.objects.acreate(name=event["text"])
        await send({"type": "websocket.send", "text": str(await Room.objects.acount())})


async def main() -> list[str]:
    """Make a room, look at it from a process beside, and make another one."""
    from asgilab.lab import Lab, replay_elsewhere

    name = "tests.servers.counting:application"
    async with Lab(name, settings=SETTINGS, app_dir=str(DIRECTORY)) as lab:
        client = lab.websocket("/", name="client")
        await client.connect()
        await client.send_to("blue")
        seen = [await client.receive_from()]
        again = await replay_elsewhere(lab.session)
        last = again[-1].outputs[-1]
        seen.append(str(last.message["text"]))
        await client.send_to("red")
        seen.append(await client.receive_from())
        return [str(each) for each in seen]


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=LabLoop) as runner:
        sys.stdout.write(" ".join(runner.run(main())))
