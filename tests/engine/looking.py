"""Looks at the frames of threads that are busy, while garbage is collected all over.

It is a program of its own: where looking is not sound, it ends with a crash. Each
collection gives the other threads their turn, as a finalizer does that takes a lock
or closes a file. Run it with the seconds that it shall take; it prints how often it
has looked, and what it has seen that cannot be.
"""

import asyncio
import faulthandler
import gc
import json
import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Coroutine, Generator
from types import CodeType, FrameType
from typing import Any

from asgiref.sync import async_to_sync, sync_to_async

from asgilab.engine import LoopThread, line_elsewhere, stack_here, stack_of
from asgilab.engine._at_once import frames_of_threads, outwards
from asgilab.engine._locals import locals_of
from asgilab.engine._threads import places_of, survey

ENGINE = f"{os.sep}asgilab{os.sep}engine{os.sep}"
LOOKER = threading.get_ident()
over = threading.Event()


def give_others_their_turn(phase: str, _: dict[str, int]) -> None:
    if phase == "start" and threading.get_ident() == LOOKER:
        looking = ENGINE in sys._getframe(1).f_code.co_filename
        if looking and random.random() < 0.2:
            time.sleep(0.0001)


def down(steps: int) -> tuple[str, int]:
    own = ("own", steps)
    if steps:
        down(steps - 1)
    return own


def generated(steps: int) -> Generator[tuple[str, int]]:
    own = ("own", steps)
    if steps:
        yield from generated(steps - 1)
    yield own


async def awaited(steps: int) -> tuple[str, int]:
    own = ("own", steps)
    return await awaited(steps - 1) if steps else own


def one_more() -> None:
    """Do a little of everything that begins and ends frames."""
    gc.enable()  # as whoever does that paused it for a while
    steps = random.randrange(13)
    down(steps)
    for own in generated(steps):
        del own
    coroutine = awaited(steps)
    try:
        coroutine.send(None)
    except StopIteration:
        coroutine.close()


def work() -> None:
    while not over.is_set():
        one_more()


async def hop() -> None:
    while not over.is_set():
        await sync_to_async(one_more)()
        await asyncio.to_thread(async_to_sync(awaited), 3)
        await asyncio.gather(awaited(3), asyncio.to_thread(down, 3))


KNOWN = {each.__code__ for each in (down, generated, awaited, one_more, work, hop)}


def oddities() -> list[str]:
    """Look once at every frame, and tell what cannot be."""
    found: list[str] = []
    for top in frames_of_threads().values():
        frames: list[Any] = outwards(top)
        for frame in frames:
            if type(frame) is not FrameType or type(frame.f_code) is not CodeType:
                found.append(f"{type(frame).__name__} for a frame")
            elif frame.f_code in KNOWN:
                found += odd_locals(frame)
    return found


def odd_locals(frame: FrameType) -> list[str]:
    names = locals_of(frame)
    own = names.get("own", ("own", 0))
    strange = names.keys() - set(frame.f_code.co_varnames)
    wrong = [f"local {name}" for name in strange]
    if type(own) is not tuple or own[0] != "own":
        wrong.append(f"{type(own).__name__} for a tuple")
    return wrong


def look(task: asyncio.Task[Any]) -> list[str]:
    """Look in every way in which the engine looks at frames of other threads."""
    survey(asyncio.get_running_loop(), ())
    places_of([thread.ident or 0 for thread in threading.enumerate()])
    for top in frames_of_threads().values():
        line_elsewhere(top)
    stack_of(task)
    return oddities()


async def held_at_a_gate(seen: Counter[str]) -> None:
    """Look from a send of a sync consumer, which waits in its thread for it."""
    functions = [text.source.function for text in stack_here(sys._getframe())]
    if functions[:2] != ["held_at_a_gate", "send_from_a_thread"]:
        seen[f"the frames of {functions}"] += 1


def send_from_a_thread(seen: Counter[str]) -> None:
    async_to_sync(held_at_a_gate)(seen)


async def look_until(end: float, task: asyncio.Task[Any]) -> tuple[int, Counter[str]]:
    looks, seen = 0, Counter[str]()
    while time.monotonic() < end:
        seen.update(look(task))
        await sync_to_async(send_from_a_thread)(seen)
        looks += 1
    return looks, seen


def main(seconds: float) -> None:
    faulthandler.enable()
    faulthandler.dump_traceback_later(seconds + 30, exit=True)  # should it hang
    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    elsewhere = LoopThread(asyncio.new_event_loop)
    hopping = elsewhere.call(started(hop()))
    gc.callbacks.append(give_others_their_turn)
    sys.setswitchinterval(0.0001)
    gc.set_threshold(1, 1_000_000, 1_000_000)
    looks, seen = asyncio.run(look_until(time.monotonic() + seconds, hopping))
    gc.callbacks.clear()
    over.set()
    elsewhere.call(ended(hopping))
    elsewhere.stop()
    sys.stdout.write(json.dumps({"looks": looks, "odd": seen}))


async def started(coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    return asyncio.create_task(coroutine)


async def ended(task: asyncio.Task[None]) -> None:
    await task


if __name__ == "__main__":
    main(float(sys.argv[1]))
