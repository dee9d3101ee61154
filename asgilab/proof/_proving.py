"""Proving that a test is able to fail: it is run with mutants of the application.

One pytest process runs them all (``_plugin``); here it is started, and what it
found out is read.
"""

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Self

from asgilab.proof._mutants import Place
from asgilab.proof._plugin import PLAN, start_signal
from asgilab.proof._runner import PytestRun, UnderWay

_BUDGET: Final = 20.0
"""Seconds after which no further mutant is begun."""
_LIMIT: Final = 90.0
_DOES: Final = {
    "drop": "is not sent",
    "duplicate": "is sent twice",
    "swap": "comes after the next one",
    "raise": "is not sent, the application raises instead",
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an event of a test comes from.

    Attributes:
        name: Name of the connection.
        events: Index in the recording of each event that the connection sends.
        loose: Paths, by place of the event, where any fitting value may stand.
        unordered: Places of the events that come in no fixed order.
    """

    name: str
    events: tuple[int, ...] = ()
    loose: Mapping[int, frozenset[Place]] = field(default_factory=dict)
    unordered: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Killing:
    """What became of the mutants.

    Attributes:
        passes: Whether the test passed as it is: before the mutants, and after.
        mutants: How many mutants there are.
        tried: How many the test was run with; fewer where time ran out.
        survivors: What could go wrong unnoticed, one sentence each.
        trouble: Why there is no result, or "".
    """

    passes: tuple[bool, ...] = ()
    mutants: int = 0
    tried: int = 0
    survivors: tuple[str, ...] = ()
    trouble: str = ""

    @property
    def killed(self) -> int:
        """How many mutants the test failed with."""
        return self.tried - len(self.survivors)


def kill_mutants(
    path: Path, application: str, connections: Sequence[Origin] = (), **options: Any
) -> Killing:
    """Run a test with each mutant of what its application sends.

    The clock of these runs is virtual where that works, so that an event that never
    comes costs no waiting.

    Args:
        path: The test file; it holds one test.
        application: The expression that names the application in the file.
        connections: Where the events come from, in the order in which the test
            opens its connections.
        options: As :class:`MutantRun` takes them.

    Example::

        kill_mutants(Path("tests/test_lobby.py"), "application").killed      # 41
    """
    with MutantRun(path, application, connections, **options) as run:
        return run.kill()


class MutantRun:
    """A pytest that is ready to run a test with mutants; a context, which ends it.

    It starts at once and takes in the test and its application. It runs nothing, and
    uses no database, before :meth:`kill`: so it may start while the test is run by
    itself, which is half of its time.

    Args:
        path: The test file, as :func:`kill_mutants` takes it.
        application: The expression that names the application in the file.
        connections: Where the events come from.
        typed: Whether the test tells ``True`` from ``1``.
        seconds: Time after which no further mutant is begun.
        options: ``settings``, ``app_dir`` and ``environment``, as
            :func:`run_tests` takes them.

    Example::

        with MutantRun(path, "application") as mutants:
            killing = mutants.kill() if run_tests(path).passed else None
    """

    def __init__(
        self,
        path: Path,
        application: str,
        connections: Sequence[Origin] = (),
        *,
        typed: bool = True,
        seconds: float = _BUDGET,
        **options: Any,
    ) -> None:
        self._path = path
        self._connections = connections
        self._plan = {
            "application": application,
            "typed": typed,
            "seconds": seconds,
            **_known(connections),
        }
        self._options = options
        self._undo = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            folder = undo.enter_context(tempfile.TemporaryDirectory(prefix="asgilab-"))
            self._folder = Path(folder)
            self._first = undo.enter_context(self._started("virtual"))
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()

    def kill(self) -> Killing:
        """Let it run, and return what came of it."""
        killing = self._read("virtual", self._first)
        if killing.passes[:1] == (True,):
            return killing
        with self._started("real") as second:
            return self._read("real", second)

    def _started(self, clock: str) -> UnderWay:
        file = self._folder / f"{clock}.json"
        file.write_text(json.dumps({**self._plan, "clock": clock}), encoding="utf-8")
        environment = self._options.get("environment") or {}
        return UnderWay(
            self._path,
            arguments=["-p", "asgilab.proof._plugin", "-o", "asgi_sessions="],
            **{**self._options, "environment": {**environment, PLAN: os.fspath(file)}},
        )

    def _read(self, clock: str, under_way: UnderWay) -> Killing:
        file = self._folder / f"{clock}.json"
        start_signal(file).touch()
        return _read(file, under_way.finish(_LIMIT), self._connections)


def _known(connections: Sequence[Origin]) -> dict[str, Any]:
    """Return what a plan says of the connections, in the words of JSON."""
    return {
        "loose": [
            [number, place, [list(each) for each in sorted(paths, key=repr)]]
            for number, origin in enumerate(connections)
            for place, paths in origin.loose.items()
        ],
        "unordered": [
            [number, place]
            for number, origin in enumerate(connections)
            for place in sorted(origin.unordered)
        ],
        "events": [len(origin.events) for origin in connections],
    }


def _read(file: Path, run: PytestRun, connections: Sequence[Origin]) -> Killing:
    told = json.loads(file.read_text("utf-8"))
    if "passes" not in told:
        return Killing(trouble=f"The mutants could not be run: {run.summary}")
    killing = Killing(
        tuple(told["passes"]),
        told["mutants"],
        told["tried"],
        tuple(_sentence(connections, *each) for each in told["survivors"]),
    )
    if not killing.passes[0]:
        return replace(killing, trouble="The test fails where mutants are run.")
    if not all(killing.passes):
        trouble = (
            "After the mutants the test fails by itself: the application keeps "
            "something of a run that was cut short, so the count may be too good."
        )
        return replace(killing, trouble=trouble)
    return killing


def _sentence(
    connections: Sequence[Origin],
    number: int,
    place: int,
    kind: str,
    path: list[str | int],
    value: str,
) -> str:
    known = connections[number] if number < len(connections) else None
    name = known.name if known is not None else f"connection {number}"
    event = f"event {place}"
    if known is not None and place < len(known.events):
        event = f"event {known.events[place]}"
    if kind != "alter":
        return f"{event}, {name}: {_DOES[kind]}"
    where = "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in path)
    return f"{event}, {name}: ${where} is {value[:60]}"
