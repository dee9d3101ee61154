"""The whole motion: replay a session, write it as a test, run the test.

What the magic and the command line call. The application comes in through a
factory of labs, so this floor needs none itself.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Final

from asgilab.errors import ExportError
from asgilab.export._payloads import Matched
from asgilab.export._proving import Progress, Proof, prove, unheard
from asgilab.export._pytest import check_import_string, with_proof
from asgilab.export._to_pytest import TargetName, write_test
from asgilab.proof import PytestRun
from asgilab.replay import (
    Elsewhere,
    FreshLab,
    LabFactory,
    Output,
    Perturbation,
    Step,
    Volatility,
    explore,
    find_volatile,
    perturbed,
)
from asgilab.sessions import Session, lacking

_MARK: Final = "recorded with asgilab"
_TIMER: Final = (
    "What a timer of the application sends is left out: the test does not move its "
    "clock."
)
_TOLD: Final = 5
"""How many outputs that did not come again are named; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A test that was written, and how it fares.

    Attributes:
        path: The file.
        source: What is in it.
        name: Name of the test function.
        matched: Where a matcher stands instead of the recorded value.
        notes: What could not be written down as it was, one sentence each.
        replays: How many times the session was replayed.
        proof: What its runs came to, or None where none was asked for.
        command: What runs it, typed in the folder that the path begins in.
    """

    path: Path
    source: str
    name: str
    matched: tuple[Matched, ...]
    notes: tuple[str, ...]
    replays: int
    proof: Proof | None
    command: str = ""

    @property
    def run(self) -> PytestRun | None:
        """The run of the test by itself, or None where none was asked for."""
        return None if self.proof is None else self.proof.run

    @property
    def passed(self) -> bool:
        """Whether the test was run and passed."""
        return self.run is not None and self.run.passed

    @property
    def trouble(self) -> str:
        """What is wrong with the test, as a verb's clause; "" if nothing is."""
        if self.proof is None or (self.passed and self.proof.steady):
            return ""
        return "does not pass each time" if self.passed else "does not pass"

    @property
    def verdict(self) -> str:
        """How the test fares, on one line."""
        count = len(self.matched)
        if self.proof is not None:
            return self.proof.verdict(count)
        values = "1 volatile value" if count == 1 else f"{count} volatile values"
        return f"not run · {values} matched"

    def summary_lines(self) -> list[str]:
        """Return what is to be said about the export, line by line."""
        lines = [f"{self.name}: {self.verdict} in {self.replays} replays"]
        lines += [f"  {each}" for each in self.matched]
        lines += [f"  note: {note}" for note in self.notes]
        if self.command:
            lines.append(f"run it in {Path.cwd()}: {self.command}")
        return lines + (self.proof.lines() if self.proof is not None else [])


async def export_test(
    session: Session,
    path: str | Path,
    *,
    fresh_lab: LabFactory,
    replays: int = 3,
    run: bool = True,
    target: TargetName = "asgilab",
    name: str | None = None,
    perturb: Perturbation = perturbed,
    elsewhere: Elsewhere | None = None,
    progress: Progress = unheard,
) -> Exported:
    """Replay a session, write it as a pytest file, and run that file.

    Values that differ between the replays become matchers. An output that does
    not come again, because it took a timer or somebody's hand, is left out of
    the test and named in the notes.

    Args:
        session: The session. Its application needs an import string.
        path: The file to write. One that asgilab did not write is left alone.
        fresh_lab: Makes a lab around a fresh application; ``lab.fresh`` is one.
        replays: How many times to replay, 2 at least; an even number is one more.
        run: Whether to run the test once it is written: by itself, and with mutants
            of what the application sends, which have to turn it red.
        target: ``"asgilab"`` or ``"channels"``, as in :func:`to_pytest`.
        name: Name of the test function. Default: one that tells what happens.
        perturb: Changes the world around a replay. Default: each second one is on
            another day and another machine.
        elsewhere: Replays once more in another process, where hashes and addresses
            are others; ``asgilab.lab.replay_elsewhere`` does. None leaves it out.
        progress: Called with a sentence about what is being done, as it is begun;
            from another thread, too.

    Raises:
        ExportError: The session cannot become a test, or the file is not ours.

    Example::

        exported = await export_test(
            lab.session, "tests/test_lobby.py", fresh_lab=lab.fresh
        )
        exported.verdict
        # 'passes 3/3 · kills 41/41 mutants · 2 volatile values matched'
    """
    path = Path(path)
    check_import_string(session.application)
    _check_overwriting(path)
    progress(f"Replaying the session {replays} times: which values change?")
    explored = await _explore(session, fresh_lab, replays, perturb, elsewhere)
    written = write_test(
        session,
        volatile=explored.found,
        target=target,
        name=name,
        taken_from=explored.steps,
        path=path,
        lifespan=explored.lifespan,
        timed=explored.timed,
    )
    progress(f"Writing {path}.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(written.source, encoding="utf-8")
    proof, source = None, written.source
    if run:
        steps, found = explored.steps, explored.found
        proof = await prove(session, path, written, steps, found, target, progress)
        source = with_proof(source, proof.verdict(len(written.matched)))
        path.write_text(source, encoding="utf-8")
    return Exported(
        path,
        source,
        written.name,
        written.matched,
        (*_lacking(session), *explored.notes, *written.notes),
        explored.replays,
        proof,
        _command(session, path, [each.variable for each in written.secrets]),
    )


def _command(session: Session, path: Path, secrets: Sequence[str]) -> str:
    """Return what a shell runs the test with, in the folder of this process.

    The values of secrets are for whoever types it: only their names are told.
    """
    words = ["python", "-m", "pytest", quote(str(path))]
    if session.settings is not None:
        words.insert(0, f"DJANGO_SETTINGS_MODULE={quote(session.settings)}")
    folder = session.app_dir
    if folder is not None and Path(folder).resolve() != Path.cwd():
        words.insert(0, f"PYTHONPATH={quote(str(Path(folder).resolve()))}")
    words[:0] = [f"{variable}=…" for variable in secrets]
    return " ".join(words)


@dataclass(frozen=True, slots=True)
class _Explored:
    """What to write down, and what the replays say of it."""

    steps: Sequence[Step]
    found: Volatility
    notes: tuple[str, ...]
    replays: int
    lifespan: bool
    timed: frozenset[str] = frozenset()


async def _explore(
    session: Session,
    fresh_lab: LabFactory,
    count: int,
    perturb: Perturbation,
    elsewhere: Elsewhere | None,
) -> _Explored:
    started: list[bool] = []

    @asynccontextmanager
    async def noted_lab() -> AsyncIterator[FreshLab]:
        async with fresh_lab() as lab:
            started.append(lab.session.lifespan)
            yield lab

    explored = await explore(
        session, noted_lab, replays=count, perturb=perturb, elsewhere=elsewhere
    )
    recorded, runs, found = explored.recorded, explored.runs, explored.found
    by_hand = any(output.note for step in recorded for output in step.outputs)
    if found.reproduced and not by_hand:
        return _Explored(recorded, found, explored.notes, len(runs), any(started))
    # The recording cannot be had again as it was: write down what can. Twice the
    # last one, where only two replays count: comparing takes two beside the first.
    steady = find_volatile(runs[0], *runs[1:], runs[-1])
    notes = _unlike_notes(found, by_hand)
    if not steady.reproduced:
        notes.append(
            "The replays differ in what is sent, not only in values: "
            f"{_told(steady.missing + steady.added)}. The test may fail now and then."
        )
    told = (*explored.notes, *notes)
    gone = [*found.missing, *steady.missing, *steady.added]
    timed = frozenset(output.connection for output in gone)
    return _Explored(runs[0], steady, told, len(runs), any(started), timed)


def _lacking(session: Session) -> list[str]:
    missing = lacking(session, session.options)
    return [missing] if missing else []


def _unlike_notes(found: Volatility, by_hand: bool) -> list[str]:
    notes = []
    if by_hand:
        notes.append(
            "Events were edited or dropped by hand; the test holds what the "
            "application sends by itself."
        )
    if found.missing:
        events = ", ".join(str(output.event) for output in found.missing[:_TOLD])
        came = f"{_told(found.missing)} (event {events})"
        notes.append(f"Did not come again in a replay: {came}. {_TIMER}")
    if found.added:
        notes.append(f"Came in a replay only: {_told(found.added)}.")
    return notes


def _told(outputs: Sequence[Output]) -> str:
    seen = list(dict.fromkeys(f"{o.type} on {o.connection}" for o in outputs))
    more = f" and {len(seen) - _TOLD} more" if len(seen) > _TOLD else ""
    return ", ".join(seen[:_TOLD]) + more


def _check_overwriting(path: Path) -> None:
    if path.exists() and _MARK not in path.read_text("utf-8", "replace")[:500]:
        msg = (
            f"{path} is there already and was not written by asgilab, so it is left "
            "as it is. Expected the name of a new file."
        )
        raise ExportError(msg)
