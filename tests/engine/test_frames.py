"""Where the user's code stands: through coroutines, tasks and threads, as text."""

import asyncio
import gc
import inspect
import os
import sys
import sysconfig
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import channels.consumer
import pytest
from asgiref.sync import ThreadSensitiveContext, async_to_sync, sync_to_async

import asgilab
from asgilab.engine import (
    FrameText,
    is_user_code,
    local_of,
    mark_root,
    stack_here,
    stack_of,
    user_line,
)
from tests.engine.loops import run_on, stock

if TYPE_CHECKING:
    from types import CodeType

HERE = __file__
OURS = Path(asgilab.__path__[0])


def made_of(source: str, filename: str, **names: Any) -> dict[str, Any]:
    """Run source code under a file name; return what it defined."""
    exec(compile(inspect.cleandoc(source), filename, "exec"), names)
    return names


def library(source: str, **names: Any) -> dict[str, Any]:
    folder = sysconfig.get_path("purelib")
    return made_of(source, f"{folder}{os.sep}framework{os.sep}core.py", **names)


class Probe:
    """Is what an application calls: it looks at whoever calls it."""

    def __init__(self) -> None:
        self.lines: list[tuple[CodeType, int] | None] = []
        self.stacks: list[tuple[FrameText, ...]] = []

    async def send(self, message: Any = None) -> None:
        frame = sys._getframe(1)
        self.lines.append(user_line(frame))
        self.stacks.append(stack_here(frame))

    @property
    def places(self) -> list[str | None]:
        """Function names of the lines seen."""
        return [None if line is None else line[0].co_name for line in self.lines]


def line_of(function: Callable[..., Any], text: str) -> int:
    """Return the number of the line in a function that holds a text."""
    lines, first = inspect.getsourcelines(function)
    return first + next(n for n, line in enumerate(lines) if text in line)


@pytest.mark.parametrize(
    ("filename", "users"),
    [
        (HERE, True),
        ("/home/somebody/project/chat/consumers.py", True),
        ("<ipython-input-3-0f3>", True),
        ("<stdin>", True),
        ("<python-input-0>", True),
        ("/cells/ipykernel_77/2345.py", True),
        ("<string>", False),
        ("<frozen importlib._bootstrap>", False),
        (asyncio.__file__, False),
        (channels.consumer.__file__, False),
        (str(OURS / "engine" / "_gates.py"), False),
        (str(OURS / "example" / "chat" / "consumers.py"), True),
        ("/opt/env/lib/python3.12/site-packages/channels/consumer.py", False),
    ],
)
def test_a_users_file_is_told_from_a_librarys(filename: str, users: bool) -> None:
    assert is_user_code(filename) is users


async def test_the_line_is_the_users_innermost_one() -> None:
    probe = Probe()

    async def handle() -> None:
        await probe.send("hi")

    await handle()
    ((code, line),) = [place for place in probe.lines if place is not None]
    assert code.co_filename == HERE
    assert line == line_of(handle, 'probe.send("hi")')
    assert code.co_qualname.endswith("handle")


async def test_library_code_in_between_is_passed_over() -> None:
    probe = Probe()
    framework = library(
        """
        async def send_json(content, send):
            await send(content)
        """
    )

    async def receive_json() -> None:
        await framework["send_json"]({"a": 1}, probe.send)

    await receive_json()
    assert probe.places == ["receive_json"]


async def test_a_task_of_library_code_alone_has_no_line_of_the_users() -> None:
    probe = Probe()
    framework = library(
        """
        async def dispatcher(send):
            await send("idle")
        """
    )
    task = asyncio.create_task(framework["dispatcher"](probe.send))
    task.add_done_callback(mark_root(lambda _: None))  # who waits is a test
    await task
    assert probe.places == [None]
    assert probe.stacks == [()]


@pytest.mark.parametrize("start", [asyncio.create_task, asyncio.gather])
async def test_a_spawned_task_is_where_its_own_code_stands(start: Any) -> None:
    probe = Probe()

    async def later() -> None:
        await asyncio.sleep(0)
        await probe.send()

    await start(later())
    assert probe.places == ["later"]


@pytest.mark.parametrize("own_thread", [False, True])
async def test_a_sync_consumer_is_followed_into_its_thread(own_thread: bool) -> None:
    probe = Probe()
    framework = library(
        """
        def send(content, base_send, async_to_sync):
            async_to_sync(base_send)(content)
        """
    )

    def answer(text: str) -> None:
        framework["send"](text, probe.send, async_to_sync)

    def receive() -> None:
        answer("hi")

    if own_thread:
        async with ThreadSensitiveContext():
            await sync_to_async(receive)()
    else:
        await sync_to_async(receive)()
    assert probe.places == ["answer"]
    (stack,) = probe.stacks
    assert [frame.source.function.split(".")[-1] for frame in stack] == [
        "answer",
        "receive",
        "test_a_sync_consumer_is_followed_into_its_thread",  # it waits for the thread
    ]
    assert stack[0].source.line == line_of(answer, 'framework["send"]')
    assert stack[0].locals["text"] == "'hi'"


async def test_two_sync_consumers_at_once_are_not_mixed_up() -> None:
    probe = Probe()

    def make(name: str) -> Callable[[], None]:
        source = f"def {name}(send): send()"
        function = made_of(source, HERE)[name]
        return lambda: function(async_to_sync(probe.send))

    async def run(name: str) -> None:
        async with ThreadSensitiveContext():
            await sync_to_async(make(name))()

    await asyncio.gather(*(run(f"consumer_{number}") for number in range(5)))
    assert sorted(map(str, probe.places)) == [f"consumer_{n}" for n in range(5)]


async def test_a_consumer_from_a_notebook_cell_is_the_users() -> None:
    probe = Probe()
    cell = made_of(
        """
        async def consumer(send):
            await send("from a cell")
        """,
        "/cells/ipykernel_4711/1234567.py",
    )
    await cell["consumer"](probe.send)
    ((code, line),) = [place for place in probe.lines if place is not None]
    assert (code.co_filename, line) == ("/cells/ipykernel_4711/1234567.py", 2)


def test_what_called_the_loop_is_not_the_application() -> None:
    probe = Probe()
    framework = library("async def main(send): await send()")
    run_on(stock, framework["main"](probe.send))
    assert probe.places == [None]


async def test_a_suspended_task_shows_all_its_frames_innermost_first() -> None:
    never = asyncio.Event()

    async def inner() -> None:
        await never.wait()

    async def outer() -> None:
        await inner()

    task = asyncio.create_task(outer())
    await asyncio.sleep(0)
    stack = stack_of(task)
    task.cancel()
    assert [frame.source.function.split(".")[-1] for frame in stack] == [
        "inner",
        "outer",
    ]
    assert stack[0].source.file == HERE
    assert stack[0].source.line == line_of(inner, "never.wait")


async def test_a_suspended_generator_and_iterator_are_walked_too() -> None:
    never = asyncio.Event()

    async def numbers() -> Any:
        await never.wait()
        yield 1

    async def consume() -> None:
        async for _ in numbers():
            pass

    task = asyncio.create_task(consume())
    await asyncio.sleep(0)
    stack = stack_of(task)
    task.cancel()
    await asyncio.wait({task})
    names = [frame.source.function.split(".")[-1] for frame in stack]
    assert names[-1] == "consume"


def test_a_task_that_is_done_shows_nothing() -> None:
    async def main() -> Any:
        task = asyncio.create_task(asyncio.sleep(0))
        await task
        return stack_of(task)

    assert asyncio.run(main()) == ()


class Consumer:
    """Has attributes, and one of them is secret."""

    def __init__(self) -> None:
        self.room = "lobby"
        self.auth_token = "hunter2"

    async def receive(self, probe: Probe) -> None:
        password = "hunter2"
        content = {"message": "hi", "token": "hunter2"}
        long = "x" * 10_000
        await probe.send((password, content, long))


async def test_locals_and_attributes_are_bounded_text_without_secrets() -> None:
    probe = Probe()
    await Consumer().receive(probe)
    frame = probe.stacks[0][0]
    assert frame.attributes == {"room": "'lobby'", "auth_token": "[redacted]"}
    assert frame.locals["password"] == "[redacted]"
    assert frame.locals["content"] == "{'message': 'hi', 'token': '[redacted]'}"
    assert len(frame.locals["long"]) < 200
    assert "hunter2" not in repr(probe.stacks)
    assert str(frame).startswith(f"{HERE}:")
    assert str(frame).endswith("in Consumer.receive")


async def test_a_lazy_object_is_not_woken_by_looking_at_it() -> None:
    class Lazy:
        woken: ClassVar[list[str]] = []

        def __getattribute__(self, name: str) -> Any:
            Lazy.woken.append(name)
            msg = "the database is asleep"
            raise RuntimeError(msg)

        def __repr__(self) -> str:
            return "<Lazy>"

    probe = Probe()
    functions = made_of(
        """
        async def handle(self, lazy, send):
            await send()
        """,
        HERE,
    )
    await functions["handle"](Lazy(), Lazy(), probe.send)
    assert probe.stacks[0][0].locals["lazy"] == "<Lazy>"
    assert Lazy.woken == []


async def test_hundreds_of_locals_are_cut_to_some() -> None:
    probe = Probe()
    body = "\n".join(f"    name_{n} = {n}" for n in range(300))
    source = f"async def busy(send):\n{body}\n    await send()"
    namespace: dict[str, Any] = {}
    exec(compile(source, HERE, "exec"), namespace)
    await namespace["busy"](probe.send)
    assert len(probe.stacks[0][0].locals) == 40


async def test_nothing_that_was_looked_at_is_kept_alive() -> None:
    class Row:
        pass

    watched: list[weakref.ref[Any]] = []
    go = asyncio.Event()
    probe = Probe()

    async def application() -> None:
        row: Row | None = Row()
        watched.append(weakref.ref(row))
        await probe.send(row)
        row = None
        await go.wait()

    task = asyncio.create_task(application())
    await asyncio.sleep(0)
    assert stack_of(task)[0].locals["row"] == "None"
    assert "Row object" in probe.stacks[0][0].locals["row"]
    gc.collect()
    assert watched[0]() is None, "the frame still holds what the function let go of"
    go.set()
    await task


async def test_a_local_variable_of_a_task_is_found_running_or_waiting() -> None:
    found: list[Any] = []
    go = asyncio.Event()

    async def dispatch() -> None:
        result = "given"
        found.append(local_of(task, dispatch.__qualname__, "result"))
        await go.wait()
        del result

    async def run() -> None:
        await dispatch()

    task = asyncio.ensure_future(run())
    await asyncio.sleep(0)
    found.append(local_of(task, dispatch.__qualname__, "result"))
    found.append(local_of(task, "nowhere", "result"))
    found.append(await asyncio.to_thread(local_of, task, run.__qualname__, "result"))
    go.set()
    await task
    assert found == ["given", "given", None, None]
