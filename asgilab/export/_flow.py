"""Which value of a message comes from an earlier one.

An id that the server makes anew in each run, and that turns up again in a
later message, is the same value wherever all runs agree that it is. The plan
made here says so place by place; turning it into code lives in ``_payloads``.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from asgilab.replay import Finding, Input, Output, Path, same
from asgilab.sessions import words

_LONG: Final = 6
_LARGE: Final = 1_000_000
_FAR: Final = 5000
"""Numbers that move that far together are equal by no chance."""
_CLOCK: Final = re.compile(
    r"(\d{4}-\d\d-\d\d[T ])?\d\d?:\d\d(:\d\d)?( ?[AaPp]\.?[Mm]\.?)?(Z|[+-]\d\d:?\d\d)?"
)
_PLAIN: Final = re.compile(r"[\w .:/@-]*", re.ASCII)
_DAY: Final = re.compile(r"\d{1,4}[-/.]\d\d?[-/.]\d{1,4}")


@dataclass(frozen=True, slots=True)
class Carried:
    """The value that stood at a path of an earlier message."""

    event: int
    path: Path


@dataclass(frozen=True, slots=True)
class Woven:
    """A text with carried values in it."""

    parts: tuple[str | Carried, ...]


Verdict: TypeAlias = Finding | Carried | Woven
"""What stands in one volatile place: any fitting value, or a known one."""


@dataclass(slots=True)
class Plan:
    """What to write in each volatile place of a session.

    Attributes:
        places: What stands where, by event and path.
        wholes: Events whose whole payload is that of an earlier one.
        unexplained: Inputs whose value differs for no reason that is known.
    """

    places: dict[int, dict[Path, Verdict]] = field(default_factory=dict)
    wholes: dict[int, int] = field(default_factory=dict)
    unexplained: list[Finding] = field(default_factory=list)

    @property
    def referenced(self) -> set[int]:
        """Events that a later one takes a value from."""
        found = set(self.wholes.values())
        for event, places in self.places.items():
            if event not in self.wholes:
                for verdict in places.values():
                    found |= {carried.event for carried in _carried(verdict)}
        return found


def plan_flow(
    said: Sequence[Input | Output],
    findings: Iterable[Finding],
    unordered: frozenset[int] = frozenset(),
) -> Plan:
    """Decide for each volatile value whether an earlier message explains it.

    Args:
        said: Inputs and outputs, in the order in which the test will have them.
        findings: What differs from run to run.
        unordered: Events that the test gets in no fixed order: nothing can be
            carried out of them.
    """
    by_event: dict[int, list[Finding]] = {}
    for finding in findings:
        by_event.setdefault(finding.event, []).append(finding)
    return _Planner(by_event, unordered).plan(said)


@dataclass(slots=True)
class _Planner:
    findings: dict[int, list[Finding]]
    unordered: frozenset[int]
    plan_: Plan = field(default_factory=Plan)
    origins: list[tuple[Carried, Finding]] = field(default_factory=list)
    contents: dict[int, dict[str, Any]] = field(default_factory=dict)

    def plan(self, said: Sequence[Input | Output]) -> Plan:
        for each in said:
            found = self.findings.get(each.event, [])
            if isinstance(each, Output):
                self.contents[each.event] = each.content
            if found:
                self._place(each, found)
        return self.plan_

    def _place(self, each: Input | Output, found: list[Finding]) -> None:
        sources = self._sources(found)
        places: dict[Path, Verdict] = {}
        for finding in found:
            verdict = self._verdict(finding, sources)
            if verdict is not None:
                places[finding.path] = verdict
        self.plan_.places[each.event] = places
        if isinstance(each, Output):
            self._whole(each, places)
            if each.event not in self.unordered:
                self._register(found, places)

    def _sources(self, found: list[Finding]) -> set[int]:
        """Return the events that some identifying value of a message comes from."""
        return {
            carried.event
            for finding in found
            for carried, origin in self.origins
            if _identifies(finding.values) and _equal(origin, finding)
        }

    def _verdict(self, finding: Finding, sources: set[int]) -> Verdict | None:
        known = [
            carried
            for carried, origin in self.origins
            if _equal(origin, finding)
            and (
                _identifies(finding.values)
                or (carried.event in sources and carried.path == finding.path)
                or _same_number(origin, finding)
            )
        ]
        if known:
            same_place = (c for c in known if c.path == finding.path)
            return next(same_place, known[0])
        woven = self._woven(finding.values)
        if woven is not None:
            return woven
        if finding.sent:
            return finding
        self.plan_.unexplained.append(finding)
        return None

    def _woven(self, values: tuple[Any, ...]) -> Woven | None:
        if not all(isinstance(value, str) for value in values):
            return None
        if len(set(values)) == 1:
            return Woven((values[0],) if values[0] else ())
        for carried, origin in self.origins:
            numbers = _numbers(origin.values)
            if not numbers and not _identifies(origin.values):
                continue
            texts = [str(value) for value in origin.values]
            split = _split(values, texts, whole=numbers)
            around = [self._woven(part) for part in split or ()]
            if around and around[0] is not None and around[1] is not None:
                return Woven((*around[0].parts, carried, *around[1].parts))
        return None

    def _whole(self, output: Output, places: dict[Path, Verdict]) -> None:
        sources = {
            verdict.event
            if isinstance(verdict, Carried) and verdict.path == path
            else None
            for path, verdict in places.items()
        }
        source = sources.pop() if len(sources) == 1 else None
        if source is not None and same(output.content, self.contents[source]):
            self.plan_.wholes[output.event] = source

    def _register(self, found: list[Finding], places: dict[Path, Verdict]) -> None:
        for finding in found:
            if places.get(finding.path) is finding and _nameable(finding):
                self.origins.append((Carried(finding.event, finding.path), finding))


def _carried(verdict: Verdict) -> list[Carried]:
    if isinstance(verdict, Carried):
        return [verdict]
    if isinstance(verdict, Woven):
        return [part for part in verdict.parts if isinstance(part, Carried)]
    return []


def _equal(origin: Finding, finding: Finding) -> bool:
    return len(origin.values) == len(finding.values) and all(
        map(same, origin.values, finding.values)
    )


def _nameable(finding: Finding) -> bool:
    """Tell whether a test can name the value: it stands in a text frame or body.

    A key that needs escapes could not stand inside an f-string.
    """
    plain = all(isinstance(k, int) or _PLAIN.fullmatch(k) for k in finding.path)
    return (
        plain
        and finding.path[0] in ("text", "body")
        and all(
            isinstance(value, (str, int, float)) and not isinstance(value, bool)
            for value in finding.values
        )
    )


def _identifies(values: Sequence[Any]) -> bool:
    """Tell whether values are too peculiar to be equal by chance.

    A time of day is not: two messages of one second share it, and the next
    run may put them into two.
    """
    if all(isinstance(value, str) for value in values):
        clock = any(_CLOCK.fullmatch(v) or _DAY.fullmatch(v) for v in values)
        return min(map(len, values)) >= _LONG and not clock
    if all(isinstance(value, float) for value in values):
        return all(len(repr(value)) > _LONG for value in values)
    if _numbers(values):
        return min(values) >= _LARGE and not all(map(_epoch, values))
    return False


def _same_number(origin: Finding, finding: Finding) -> bool:
    """Tell whether numbers are about the same thing, by the keys they stand under."""
    values = finding.values
    return (
        _numbers(values)
        and not any(map(_epoch, values))
        # Only some of the replays begin with other keys in the database, far on.
        and (len(set(values)) == len(values) or max(values) - min(values) >= _FAR)
        and _word(origin.path) == _word(finding.path)
    )


def _numbers(values: Sequence[Any]) -> bool:
    return all(isinstance(v, int) and not isinstance(v, bool) for v in values)


def _epoch(value: int) -> bool:
    """Tell whether a number may be a time in whole seconds (or milliseconds)."""
    return 10**9 <= value < 10**10 or 10**12 <= value < 10**13


def _word(path: Path) -> str:
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    last = (words(key) or [key])[-1]
    return "id" if last == "pk" else last


def _split(
    values: tuple[Any, ...], texts: Sequence[str], *, whole: bool
) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return what stands before and after a carried text in each value."""
    before, after = [], []
    for value, text in zip(values, texts, strict=True):
        pattern = rf"(?<![0-9A-Za-z]){re.escape(text)}(?![0-9A-Za-z])"
        found = re.search(pattern if whole else re.escape(text), value)
        if found is None:
            return None
        before.append(value[: found.start()])
        after.append(value[found.end() :])
    return tuple(before), tuple(after)
