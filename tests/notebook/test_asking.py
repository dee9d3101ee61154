"""Asking the lab from the body of a magic."""

import asyncio

import pytest

from asgilab.errors import NoOutput
from asgilab.notebook._asking import look, open_websockets, timeout_of, within
from asgilab.notebook._driving import drive_blocking
from asgilab.notebook._laboratory import Laboratory
from tests.notebook.conftest import Magic


@pytest.fixture
def hasty(magic: Magic, laboratory: Laboratory) -> Laboratory:
    """A laboratory whose magics give up at once, with bob connected."""
    magic("connect", "/ws/ --as bob")
    laboratory.settings.timeout = 0.01
    return laboratory


def test_the_walls_time_counts_although_the_labs_clock_stands_still(
    hasty: Laboratory, magic: Magic
) -> None:
    magic("step", "bob")
    magic("send", 'bob "x"')
    with pytest.raises(NoOutput) as caught:
        drive_blocking(within(hasty, asyncio.sleep(3600), 0.01), hasty.interrupts)
    assert str(caught.value) == (
        "No answer came within 0.01 s: the lab's clock stands still while bob is held."
    )


def test_an_error_of_the_work_itself_comes_out(hasty: Laboratory) -> None:
    async def fail() -> None:
        msg = "its own"
        raise TimeoutError(msg)

    with pytest.raises(TimeoutError, match="its own"):
        drive_blocking(within(hasty, fail(), 1), hasty.interrupts)


def test_a_lab_that_never_rests_is_looked_at_all_the_same(
    hasty: Laboratory, magic: Magic
) -> None:
    def again() -> None:
        hasty.loop.call_soon(again)

    hasty.loop.call_soon_threadsafe(again)
    where = drive_blocking(look(hasty, "bob"), hasty.interrupts)
    assert where.quiet is None
    assert where.sentence == "bob runs freely; it is still at work"


def test_a_time_limit_on_the_line_comes_before_the_default(
    hasty: Laboratory,
) -> None:
    assert timeout_of(hasty, None) == 0.01
    assert timeout_of(hasty, 0) == 0


def test_only_websockets_that_have_not_ended_are_open(
    magic: Magic, laboratory: Laboratory
) -> None:
    for line in ("/ws/ --as alice", "/ws/ --as bob", "/closed/ --as carol"):
        magic("connect", line)
    magic("http", "GET /x/")
    magic("disconnect", "alice")
    assert open_websockets(laboratory) == ["bob"]
