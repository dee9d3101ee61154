"""What the buttons of the timeline do to a lab."""

import threading
from collections.abc import Callable

import pytest

from asgilab.errors import UsageError
from asgilab.notebook._controls import LabControls
from asgilab.notebook._laboratory import Laboratory
from tests.notebook.conftest import Magic


@pytest.fixture
def controls(magic: Magic, laboratory: Laboratory) -> LabControls:
    for name in ("bob", "carol"):
        magic("connect", f"/ws/ --as {name}")
    return LabControls(laboratory.lab, laboratory.statuses, laboratory.loop)


@pytest.fixture
def settled(laboratory: Laboratory) -> Callable[[], object]:
    """Waits until all that was posted to the lab's loop has been done."""
    return lambda: laboratory.lab.call(laboratory.lab.settle())


def held(controls: LabControls) -> list[tuple[str, str]]:
    return [(stop.connection, stop.direction) for stop in controls.stops()]


def test_one_connection_is_paused_stepped_and_continued(
    controls: LabControls, magic: Magic, settled: Callable[[], object]
) -> None:
    controls.pause("bob")
    magic("send", 'bob "x"')
    magic("send", 'carol "y"')
    assert held(controls) == [("bob", "receive")]
    controls.step("bob")
    settled()
    assert held(controls) == [("bob", "send")]
    controls.resume("bob")
    settled()
    assert held(controls) == []
    assert (magic("receive", "bob"), magic("receive", "carol")) == ("x", "y")


def test_none_means_every_connection(
    controls: LabControls, magic: Magic, settled: Callable[[], object]
) -> None:
    controls.pause(None)
    magic("send", 'bob "x"')
    magic("send", 'carol "y"')
    controls.step(None)
    settled()
    assert held(controls) == [("bob", "send"), ("carol", "send")]
    controls.resume(None)
    settled()
    assert held(controls) == []


def test_statuses_are_told_by_the_names_of_the_session(
    controls: LabControls, magic: Magic, settled: Callable[[], object]
) -> None:
    controls.pause("bob")
    magic("disconnect", "carol")
    magic("connect", "/ws/ --as carol")
    settled()
    assert controls.statuses() == {
        "bob": "paused",
        "carol": "closed",
        "carol_2": "open",
    }
    with pytest.raises(LookupError):
        magic("send", 'carol "boom"')
    assert controls.statuses()["carol_2"] == "raised"


def test_the_buttons_of_a_lab_that_has_gone_say_so(
    controls: LabControls, magic: Magic
) -> None:
    magic("app", "rooms:application")
    for press in (controls.step, controls.resume, controls.pause):
        with pytest.raises(UsageError, match="has been stopped"):
            press(None)
    assert controls.statuses() == {"bob": "closed", "carol": "closed"}


def test_a_change_is_told_until_the_watch_is_stopped(
    controls: LabControls, magic: Magic, settled: Callable[[], object]
) -> None:
    told = threading.Event()
    stop = controls.watch(told.set)
    controls.pause("bob")
    settled()
    assert told.is_set()
    stop()
    told.clear()
    controls.resume("bob")
    settled()
    assert not told.is_set()
