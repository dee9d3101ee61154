"""Whether a test that was written holds, and whether it is able to fail.

How it is run belongs to ``asgilab.proof``; here stands what of a session the runs
need to know, and how their outcome is told.
"""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from asgilab.export._to_pytest import TargetName, Written
from asgilab.proof import Killing, MutantRun, Origin, PytestRun, run_tests
from asgilab.replay import RESPONSE, Act, Output, Step, Volatility
from asgilab.sessions import REDACTED, Session

_TOLD: Final = 8
"""How many surviving mutants are named; the rest is counted."""
_ENDS: Final = ("application.returned", "application.raised", "cancelled")


Progress = Callable[[str], object]
"""Is told what is being done, one sentence each time."""


def unheard(_: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What the runs of a test came to.

    Attributes:
        run: The run of the test by itself, in a fresh pytest.
        killing: What became of the mutants; None where the test did not pass.
    """

    run: PytestRun
    killing: Killing | None = None

    @property
    def steady(self) -> bool:
        """Whether the test passed every time that nothing was altered."""
        return self.killing is None or all(self.killing.passes)

    def verdict(self, volatile: int) -> str:
        """Return the outcome on one line.

        Args:
            volatile: How many values are matched.

        Example::

            proof.verdict(2)
            # 'passes 3/3 · kills 41/41 mutants · 2 volatile values matched'
        """
        passes = [self.run.passed, *(self.killing.passes if self.killing else ())]
        values = "1 volatile value" if volatile == 1 else f"{volatile} volatile values"
        parts = [f"passes {sum(passes)}/{len(passes)}"]
        if self.killing is not None and self.killing.tried:
            parts.append(f"kills {self.killing.killed}/{self.killing.tried} mutants")
        return " · ".join([*parts, f"{values} matched"])

    def lines(self) -> list[str]:
        """Return what else is to be said, line by line."""
        lines = [f"pytest: {self.run.summary}"]
        if not self.run.passed:
            lines += self.run.output.splitlines()[-40:]
        if self.killing is None:
            return lines
        survivors = self.killing.survivors
        lines += [f"  would not be noticed: {each}" for each in survivors[:_TOLD]]
        if len(survivors) > _TOLD:
            lines.append(f"  … and {len(survivors) - _TOLD} more")
        untried = self.killing.mutants - self.killing.tried
        if untried:
            lines.append(f"  note: {untried} more mutants were not run: no time left.")
        if self.killing.trouble:
            lines.append(f"  note: {self.killing.trouble}")
        return lines


async def prove(
    session: Session,
    path: Path,
    written: Written,
    taken: Sequence[Step],
    found: Volatility,
    target: TargetName,
    progress: Progress = unheard,
) -> Proof:
    """Run a test by itself, then with the mutants of what its application sends.

    Args:
        session: The session that the test is of.
        path: The test.
        written: What is known about it.
        taken: The steps that it was written from.
        found: What replays of them differ in.
        target: Whose communicators it uses.
        progress: Called with a sentence about what is being done.
    """
    options: dict[str, Any] = {
        "settings": session.settings or _settings_in_use(session),
        "app_dir": session.app_dir,
        "environment": _secrets(written),
    }
    mutants = MutantRun(
        path,
        str(session.application).partition(":")[2],
        origins(taken, written.loose, found),
        typed=target == "asgilab",
        **options,
    )

    def prove() -> Proof:
        with mutants:  # it starts beside the run, and waits for its end
            progress("Running it: does it pass?")
            run = run_tests(path, **options)
            if not run.passed:
                return Proof(run)
            progress("Running it with what could go wrong: does it fail each time?")
            return Proof(run, mutants.kill())

    return await asyncio.to_thread(prove)


def origins(
    taken: Sequence[Step],
    loose: Mapping[int, frozenset[tuple[str | int, ...]]],
    found: Volatility,
) -> list[Origin]:
    """Return where the events of a test come from, connection by connection.

    Args:
        taken: The steps that it was written from.
        loose: Places, by event, in which it takes any fitting value.
        found: What replays of the steps differ in.
    """
    names = [s.input.connection for s in taken if s.input.act is not Act.DELIVER]
    return [_origin(name, taken, loose, found) for name in dict.fromkeys(names)]


def _origin(
    name: str,
    taken: Sequence[Step],
    loose: Mapping[int, frozenset[tuple[str | int, ...]]],
    found: Volatility,
) -> Origin:
    events: list[int] = []
    unordered: set[int] = set()
    for step in taken:
        for output in step.of(name):
            count = _count(output)
            if (step.number, name) in found.reordered:
                unordered |= set(range(len(events), len(events) + count))
            events += [output.event] * count
    places = {place: loose[e] for place, e in enumerate(events) if e in loose}
    return Origin(name, tuple(events), places, frozenset(unordered))


def _count(output: Output) -> int:
    """Return how many events an output is made of; of a response, two at least."""
    if output.type in _ENDS:
        return 0
    return 2 if output.type == RESPONSE else 1


def _secrets(written: Written) -> dict[str, str]:
    """Return the environment of a run: a secret that was left out may be in ours."""
    return {
        each.variable: os.environ.get(each.variable, each.value)
        if REDACTED in each.value
        else each.value
        for each in written.secrets
    }


def _settings_in_use(session: Session) -> str | None:
    """Return the settings that a session with users was recorded under."""
    users = any(options.get("user") for options in session.options.values())
    return os.environ.get("DJANGO_SETTINGS_MODULE") if users else None
