"""A pytest plugin that runs one test again and again, each time with a mutant.

It is loaded by :func:`asgilab.proof.kill_mutants` only, into a pytest of its own.
The test runs once as it is, then once with each mutant, then once as it is.
What comes of it is written to a file. Nothing is run before the signal for it: the
process may start, and import the application, while others are still at work.
"""

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Final

import pytest

from asgilab.proof._mutants import Mutant, Place, Sent, mutants_of
from asgilab.proof._stand_in import StandIn

PLAN: Final = "ASGILAB_MUTANTS"
"""Environment variable: the file that says what to do, and that gets the result."""
_PARENT: Final = os.getppid()
"""Whoever started this process; when it dies, another process takes its place."""
_LOOK_AGAIN: Final = 0.02
"""Seconds between two looks for the signal to begin."""
_PATIENCE: Final = 600.0
"""Seconds after which whoever was to give the signal has died, it seems: not every
system gives the children of the dead another parent."""


def start_signal(plan: Path) -> Path:
    """Return the file whose appearance lets the runs of a plan begin."""
    return plan.with_name(f"{plan.name}.go")


def pytest_configure(config: pytest.Config) -> None:
    """Begin to run mutants, where there is a plan."""
    if PLAN in os.environ:
        path = Path(os.environ[PLAN])
        config.pluginmanager.register(_Mutants(path), "asgilab-mutants")


class _Mutants:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.plan: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
        self.loose = {
            (connection, place): {tuple(each) for each in paths}
            for connection, place, paths in self.plan["loose"]
        }

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makeitem(self, name: str, obj: Any) -> None:
        """Give the tests a clock that does not wait: a dropped event costs no time."""
        if self.plan["clock"] != "real" and name.startswith("test"):
            mark = pytest.mark.asgi(clock=self.plan["clock"]).mark
            obj.pytestmark = [*getattr(obj, "pytestmark", []), mark]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> bool:
        """Run the test with each mutant in turn."""
        _wait_for(start_signal(self.path))
        stand_in = _put_in_place(item, self.plan["application"])
        ends = time.monotonic() + self.plan["seconds"]
        with _quick_flush():
            stand_in.begin(None)
            passes = [not _fails(item, item.parent)]
            caught: list[bool] = []
            mutants = list(self._mutants(stand_in.sent)) if passes[0] else []
            for mutant in mutants:
                if time.monotonic() > ends:
                    break
                stand_in.begin(mutant)
                caught.append(_fails(item, item.parent))
            stand_in.begin(None)
            passes.append(not _fails(item, nextitem))
        self._tell(passes, mutants, caught)
        return True

    def _mutants(self, sent: list[Sent]) -> Iterator[Mutant]:
        typed = self.plan["typed"]
        sent = [each for each in sent if self._is_of_the_recording(each)]
        return mutants_of(sent, self._is_loose, self._is_unordered, typed=typed)

    def _is_of_the_recording(self, sent: Sent) -> bool:
        """Tell whether an event was recorded; a farewell to the test's end was not."""
        known = self.plan["events"][sent.connection : sent.connection + 1]
        if not str(sent.message.get("type")).startswith("websocket."):
            return True  # a response is recorded as a whole
        return not known or not known[0] or sent.place < known[0]

    def _is_unordered(self, sent: Sent) -> bool:
        return [sent.connection, sent.place] in self.plan["unordered"]

    def _is_loose(self, sent: Sent, path: Place) -> bool:
        return path in self.loose.get((sent.connection, sent.place), ())

    def _tell(
        self, passes: list[bool], mutants: list[Mutant], caught: list[bool]
    ) -> None:
        survivors = [
            [m.connection, m.place, m.kind, list(m.path), repr(m.value)]
            for m, dead in zip(mutants, caught, strict=False)
            if not dead
        ]
        told = {
            "passes": passes,
            "mutants": len(mutants),
            "tried": len(caught),
            "survivors": survivors,
        }
        self.path.write_text(json.dumps(told), encoding="utf-8")


def _wait_for(signal: Path) -> None:
    """Wait until the runs may begin, as long as there is somebody to tell."""
    ends = time.monotonic() + _PATIENCE
    while not signal.exists():
        alone = os.getppid() != _PARENT or not signal.parent.exists()
        if alone or time.monotonic() > ends:
            pytest.exit("Nobody waits for these runs any more.")
        time.sleep(_LOOK_AGAIN)


def _quick_flush() -> AbstractContextManager[None]:
    """Return what spares Django the flush behind each run; nothing without Django."""
    if "django.test" not in sys.modules:
        return nullcontext()
    from asgilab.django import remembered_flush

    return remembered_flush()


def _put_in_place(item: pytest.Item, expression: str) -> StandIn:
    """Replace the application in the module of a test by a stand-in."""
    owner: Any = getattr(item, "module", None)
    *way, name = expression.split(".")
    for step in way:
        owner = getattr(owner, step)
    stand_in = StandIn(getattr(owner, name))
    setattr(owner, name, stand_in)
    return stand_in


def _fails(item: pytest.Item, nextnode: Any) -> bool:
    """Run a test with its fixtures, without a report; tell whether it fails.

    Args:
        item: The test.
        nextnode: What runs next, or lies around it: fixtures that this does not
            need are finished. For the test once more, that is its module.
    """
    function: Any = item  # pytest has no public way to begin a test anew
    function._initrequest()
    hook = item.ihook
    steps = [
        ("setup", lambda: hook.pytest_runtest_setup(item=item)),
        ("call", lambda: hook.pytest_runtest_call(item=item)),
    ]
    failed = False
    for when, step in steps:
        if not failed:
            failed = _went_wrong(step, when)

    def tear_down() -> None:
        hook.pytest_runtest_teardown(item=item, nextitem=nextnode)

    failed = _went_wrong(tear_down, "teardown") or failed
    function._request = False
    function.funcargs = None
    return failed


def _went_wrong(step: Any, when: Any) -> bool:
    call = pytest.CallInfo.from_call(step, when, reraise=(pytest.exit.Exception,))
    return call.excinfo is not None and not call.excinfo.errisinstance(
        pytest.skip.Exception
    )
