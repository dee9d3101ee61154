"""How contenders are measured: in one run, interleaved, as ratios of medians.

What is measured stands in the files of the rows.
"""

import asyncio
import gc
import inspect
import statistics
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

Sample = Callable[[int], float | Awaitable[float]]
"""Does the work that many times and returns the seconds that it took."""


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
        limit: Seconds that ours may take at most, where the goal is absolute.
    """

    work: str
    ours: Contender
    peers: tuple[Contender, ...] = ()
    times: int = 1000
    limit: float | None = None


@dataclass
class Measured:
    """What came of one row.

    Attributes:
        row: The row.
        seconds: For each contender's name, seconds per piece of work, one per
            repetition.
    """

    row: Row
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def median(self, name: str) -> float:
        """Return the median seconds of one contender."""
        return statistics.median(self.seconds[name])

    def ratio(self, peer: Contender) -> float:
        """Return how many times as fast ours is: the median over the repetitions."""
        pairs = zip(
            self.seconds[peer.name], self.seconds[self.row.ours.name], strict=True
        )
        return statistics.median(theirs / ours for theirs, ours in pairs)

    def missed(self) -> list[str]:
        """Return a sentence for each goal that was not reached."""
        lines = [
            f"{self.row.work}: {self.ratio(peer):.2f} x {peer.name}, goal {peer.goal}"
            for peer in self.row.peers
            if peer.goal is not None and self.ratio(peer) < peer.goal
        ]
        taken = self.median(self.row.ours.name)
        if self.row.limit is not None and taken > self.row.limit:
            limit = f"goal {self.row.limit * 1000:g} ms"
            lines.append(f"{self.row.work}: {taken * 1000:.3f} ms, {limit}")
        return lines


def measure(row: Row, repetitions: int, scale: float = 1.0) -> Measured:
    """Let all contenders of a row do its work in turn, repetition after repetition.

    Args:
        row: The row.
        repetitions: How many samples each contender gives.
        scale: Factor on the amount of work, for a quick look.
    """
    measured = Measured(row)
    contenders = (row.ours, *row.peers)
    for number in range(repetitions + 1):
        for contender in contenders:
            times = max(int(row.times * contender.share * scale), 1)
            taken = _sample(contender, times)
            if number:  # the first round warms up
                measured.seconds.setdefault(contender.name, []).append(taken / times)
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
