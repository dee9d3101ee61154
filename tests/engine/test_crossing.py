"""An object of the lab's loop, used from another one."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any, Self

import pytest

from asgilab.engine import Crossing, CrossingCall, LabLoop, LoopThread
from tests.engine.loops import run_on, stock


class Target:
    """Lives on the lab's loop and tells on which thread it is used."""

    def __init__(self) -> None:
        self.entered = 0
        self.note = "unset"

    @property
    def loud_note(self) -> str:
        return self.note.upper()

    async def where(self) -> str:
        """Return the name of the thread."""
        await asyncio.sleep(0)
        return threading.current_thread().name

    async def fail(self) -> None:
        msg = "from the lab"
        raise LookupError(msg)

    async def wait_for_ever(self) -> None:
        await asyncio.Event().wait()

    async def pieces(self) -> AsyncIterator[str]:
        for _ in range(2):
            yield await self.where()

    def inner(self) -> "Target":
        return Target()

    def plain(self) -> str:
        return threading.current_thread().name

    async def __aenter__(self) -> Self:
        self.entered += threading.current_thread().name == "asgilab"
        return self

    async def __aexit__(self, *exc: Any) -> bool:
        self.entered += threading.current_thread().name == "asgilab"
        return False


@pytest.fixture
def thread() -> Iterator[LoopThread]:
    thread = LoopThread(LabLoop)
    yield thread
    thread.stop()


@pytest.fixture
def crossing(thread: LoopThread) -> Any:
    return Crossing(Target(), thread)


def test_it_looks_like_its_object(crossing: Any) -> None:
    assert isinstance(crossing, Target)
    assert "where" in dir(crossing)
    assert "Target object" in repr(crossing)
    assert crossing.where.__doc__ == "Return the name of the thread."
    assert crossing.where.__name__ == "where"
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        crossing.nothing_of_the_kind()  # type: ignore[attr-defined]  # an attribute that is missing is the case


def test_attributes_pass_through_both_ways(crossing: Any) -> None:
    crossing.note = "set"
    assert crossing.note == crossing._target.note == "set"
    assert crossing.loud_note == "SET"


def test_a_plain_method_runs_on_the_labs_thread_for_it_may_wake_somebody(
    crossing: Any, thread: LoopThread
) -> None:
    async def there() -> str:
        result: str = crossing.plain()
        return result

    assert crossing.plain() == "asgilab"
    assert thread.call(there()) == "asgilab"
    thread.stop()
    assert crossing.plain() == threading.current_thread().name


def test_an_awaited_method_runs_on_the_labs_loop(crossing: Any) -> None:
    async def cell() -> str:
        result: str = await crossing.where()
        return result

    assert run_on(stock, cell()) == "asgilab"


def test_a_call_is_a_coroutine_to_asyncio(crossing: Any) -> None:
    async def cell() -> list[str]:
        task = asyncio.create_task(crossing.where())
        return [await task, *await asyncio.gather(crossing.where(), crossing.where())]

    assert run_on(stock, cell()) == ["asgilab"] * 3


def test_a_call_can_be_posted_and_given_up(crossing: Any) -> None:
    call = crossing.where()
    assert isinstance(call, CrossingCall)
    assert call.post().result(10) == "asgilab"
    crossing.where().close()  # under filterwarnings=error this would be a failure


def test_cancelling_the_cell_cancels_the_call(crossing: Any) -> None:
    async def cell() -> bool:
        task = asyncio.create_task(crossing.wait_for_ever())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
        return task.cancelled()

    assert run_on(stock, cell())


def test_an_exception_comes_through_as_it_was_raised(crossing: Any) -> None:
    async def cell() -> None:
        await crossing.fail()

    with pytest.raises(LookupError, match="from the lab"):
        run_on(stock, cell())


def test_a_with_block_is_entered_and_left_on_the_labs_loop(crossing: Any) -> None:
    async def cell() -> bool:
        async with crossing as entered:
            return entered is crossing

    assert run_on(stock, cell())
    assert crossing.entered == 2


def test_an_iterator_takes_its_steps_on_the_labs_loop(crossing: Any) -> None:
    async def cell() -> list[str]:
        return [piece async for piece in crossing.pieces()]

    assert run_on(stock, cell()) == ["asgilab", "asgilab"]


def test_a_context_that_a_method_returns_crosses_over_as_well(crossing: Any) -> None:
    async def cell() -> str:
        async with crossing.inner() as inner:
            result: str = await inner.where()
            return result

    assert run_on(stock, cell()) == "asgilab"


def test_on_the_labs_own_loop_a_call_is_simply_awaited(
    crossing: Any, thread: LoopThread
) -> None:
    async def there() -> str:
        result: str = await crossing.where()
        return result

    assert thread.call(there()) == "asgilab"
