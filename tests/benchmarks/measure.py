"""How contenders are measured: in one run, interleaved, as ratios of medians.

What is measured stands in the files of the rows.
"""

import asyncio
import gc
import inspect
import statistics
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

Sample = Callable[[int], float | Awaitable[float]]
"""Does the work that many times and returns what it took, in the row's unit."""

Unit = Literal["s", "MB"]


@dataclass(frozen=True)
class Contender:
    """One way to do the work of a row.

    Attributes:
        name: What is shown.
        sample: Does the work; set-up is left out of the time it returns.
        share: Part of the row's repetitions it does, for the slow ones.
        goal: How many times as fast as this one ours has to be, or None.
    """

    name: str
    sample: Sample
    share: float = 1.0
    goal: float | None = None


@dataclass(frozen=True)
class Row:
    """One piece of work, and who does it.

    Attributes:
        work: What is done.
        ours: How asgilab does it.
        peers: How the others do it.
        times: How often it is done per sample.
        limit: What ours may take at most, where the goal is absolute.
        unit: What is measured: seconds, or megabytes of memory.
        apart: How many repetitions there are at most, where every sample is a
            process of its own: it takes long, and needs no round to warm up.
    """

    work: str
    ours: Contender
    peers: tuple[Contender, ...] = ()
    times: int = 1000
    limit: float | None = None
    unit: Unit = "s"
    apart: int | None = None


@dataclass
class Measured:
    """What came of one row.

    Attributes:
        row: The row.
        taken: For each contender's name, what a piece of work took, one number
            per repetition.
    """

    row: Row
    taken: dict[str, list[float]] = field(default_factory=dict)

    def median(self, name: str) -> float:
        """Return the median of one contender."""
        return statistics.median(self.taken[name])

    def shown(self, name: str) -> str:
        """Return the median of one contender with its unit."""
        return in_words(self.median(name), self.row.unit)

    def ratio(self, peer: Contender) -> float:
        """Return how many times as fast ours is: the median over the repetitions."""
        pairs = zip(self.taken[peer.name], self.taken[self.row.ours.name], strict=True)
        return statistics.median(theirs / ours for theirs, ours in pairs)

    def missed(self) -> list[str]:
        """Return a sentence for each goal that was not reached."""
        lines = [
            f"{self.row.work}: {self.ratio(peer):.2f} x {peer.name}, goal {peer.goal}"
            for peer in self.row.peers
            if peer.goal is not None and self.ratio(peer) < peer.goal
        ]
        limit, name = self.row.limit, self.row.ours.name
        if limit is not None and self.median(name) > limit:
            goal = in_words(limit, self.row.unit)
            lines.append(f"{self.row.work}: {self.shown(name)}, goal {goal}")
        return lines


def in_words(amount: float, unit: Unit) -> str:
    """Write an amount with a unit of its size."""
    if unit != "s":
        return f"{amount:.2f} {unit}"
    if amount < 0.001:
        return f"{amount * 1e6:.2f} us"
    return f"{amount * 1000:.2f} ms"


def measure(row: Row, repetitions: int, scale: float = 1.0) -> Measured:
    """Let all contenders of a row do its work in turn, repetition after repetition.

    Args:
        row: The row.
        repetitions: How many samples each contender gives.
        scale: Factor on the amount of work, for a quick look.
    """
    measured = Measured(row)
    contenders = (row.ours, *row.peers)
    first, last = 0, repetitions
    if row.apart is not None:
        first, last = 1, min(repetitions, row.apart)
    for number in range(first, last + 1):
        for contender in contenders:
            times = max(int(row.times * contender.share * scale), 1)
            taken = _sample(contender, times)
            if number:  # the first round warms up
                measured.taken.setdefault(contender.name, []).append(taken / times)
    return measured


def _sample(contender: Contender, times: int) -> float:
    gc.collect()
    gc.disable()
    try:
        if inspect.iscoroutinefunction(contender.sample):
            return float(asyncio.run(contender.sample(times)))
        taken = contender.sample(times)
        assert isinstance(taken, float)
        return taken
    finally:
        gc.enable()
