"""The first events of a session had again, in a lab that stays open: a fork.

Values may have changed (an id is made anew each time); what may not change is
which messages came, in answer to what. Where they did, the fork has parted from
its session, and the event where it did so is named.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from asgilab.errors import ForkParted
from asgilab.replay._alignment import Pair, align
from asgilab.replay._diff import Changed
from asgilab.replay._replay import FreshLab, Run
from asgilab.replay._steps import Act, Output, Step, steps
from asgilab.replay._substitutes import Substitutes
from asgilab.replay._volatile import matters
from asgilab.sessions import Kind, Session

_PAYLOAD = frozenset({"text", "bytes", "body", "headers", "message"})
"""Where values may differ from run to run; elsewhere stands what a message is."""


@dataclass(frozen=True, slots=True)
class Prefix:
    """The first events of a session, had again.

    Attributes:
        at: How many events there were.
        steps: What happened, by input.
        changed: The values that came otherwise: they are volatile, or hang on
            something that the replay did not have.
        reordered: Step and connection of each group that came in another order.
        uncertain: From which event on, and why, nobody can say for certain that
            the application was at rest when it was given its next event.
    """

    at: int
    steps: tuple[Step, ...]
    changed: tuple[Changed, ...] = ()
    reordered: tuple[tuple[int, str], ...] = ()
    uncertain: tuple[tuple[int, str], ...] = ()


async def replay_prefix(session: Session, lab: FreshLab, at: int) -> Prefix:
    """Do in a lab what the clients did in the first events of a session.

    What the application sends of itself after its last input is all let come,
    also where the session has it later than ``at``.

    Args:
        session: The session.
        lab: A lab in which nothing has happened yet. It stays open.
        at: How many events of the session. Its time is kept as :func:`replay` does.

    Returns:
        What came of it.

    Raises:
        ForkParted: The application did something else than it had done.
        UsageError: The session lacks the scope of a connection.
    """
    whole = steps(session)
    recorded = [step for step in whole if step.input.event < at]
    run = Run(session, lab)
    done = await run.feed(recorded)
    for step in whole[len(recorded) :]:
        if _opens_before(session, at, step):
            await run.keep_time(_opened_at(session, step))
            await run.open(step.input)
    if at:
        await run.keep_time(session[at - 1].at)
    made = run.by_cause(done)
    alignment = align(recorded, made)
    last = len(recorded) - 1
    changed: list[Changed] = []
    for pair in alignment.pairs:
        wrong = _parting(pair, at, recorded, last, run.substitutes)
        if wrong is not None:
            raise _parted(*wrong, run.uncertain)
        changed += _changed(pair, run.substitutes)
    uncertain = tuple(run.uncertain.items())
    return Prefix(at, tuple(made), tuple(changed), alignment.reordered, uncertain)


def sent_before(session: Session, at: int, connection: str) -> int:
    """Return how many messages the client of a websocket was sent before an event."""
    return sum(
        event.kind is Kind.SEND
        and event.type.startswith("websocket.")
        and event.note in ("", "edited")
        for event in session.prefix(at).of(connection)
    )


def _opens_before(session: Session, at: int, step: Step) -> bool:
    """Tell whether a websocket was open by an event, and not connected yet."""
    if step.input.act is not Act.CONNECT:
        return False
    name = step.input.connection
    return any(e.kind is Kind.OPEN for e in session.prefix(at).of(name))


def _opened_at(session: Session, step: Step) -> float:
    return session.of(step.input.connection)[0].at


def _parting(
    pair: Pair, at: int, recorded: Sequence[Step], last: int, compared: Substitutes
) -> tuple[int, str] | None:
    """Return the event at which a fork parts from its session, and how; or None."""
    left, right = pair.left, pair.right
    if left is None:
        # The last input may have brought about more than was recorded by then.
        if right is None or not matters(right) or pair.step >= last:
            return None
        return recorded[pair.step].input.event, f"{_told(right)} came beside"
    if left.event >= at or left.note or not matters(left):
        return None
    if right is None:
        return left.event, f"{_told(left)} did not come again"
    if left.type != right.type:
        return left.event, f"{_told(left)} came as {right.type}"
    for path, (before, after) in compared.differences(left, right):
        if path[:1] != () and path[0] not in _PAYLOAD:
            where = f"{path[0]} of {_told(left)}"
            return left.event, f"{where} was {before!r} and is {after!r} now"
    return None


def _changed(pair: Pair, compared: Substitutes) -> list[Changed]:
    left, right = pair.left, pair.right
    if left is None or right is None or left.note:
        return []
    return [
        Changed(pair.step, left, right, path, before, after)
        for path, (before, after) in compared.differences(left, right)
    ]


def _told(output: Output) -> str:
    return f"{output.type} on {output.connection!r}"


def _parted(event: int, how: str, uncertain: dict[int, str]) -> ForkParted:
    cause = next((why for at, why in sorted(uncertain.items()) if at <= event), "")
    return ForkParted(event, how, cause)
