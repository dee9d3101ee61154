"""From recordings written by hand to scripts and sources, for the tests here."""

from collections.abc import Callable
from typing import Any

from asgilab.export._script import Script, write_script
from asgilab.export._to_pytest import Written, write_test
from asgilab.replay import Volatility, find_volatile, steps
from tests.replay.recording import Recording

Talk = Callable[[Recording, int], None]


def runs_of(talk: Talk, **options: Any) -> list[Recording]:
    """Write a talk three times: as recorded, and as replayed twice."""
    runs = []
    for run in range(3):
        recording = Recording(**options)
        talk(recording, run)
        runs.append(recording)
    return runs


def volatility(runs: list[Recording]) -> Volatility:
    return find_volatile(*(steps(run.session) for run in runs))


def script_of(talk: Talk, *, django: bool = False) -> Script:
    """Return the script of a talk."""
    runs = runs_of(talk)
    session = runs[0].session
    script, _ = write_script(
        steps(session), session.options, volatility(runs), django=django
    )
    return script


def written(talk: Talk, target: Any = "asgilab", **options: Any) -> Written:
    """Return the whole test of a talk."""
    runs = runs_of(talk, **options)
    return write_test(runs[0].session, volatile=volatility(runs), target=target)
