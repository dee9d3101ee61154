"""A session as the statements of a test.

What a session says decides which statements there are, and in which order; how
they read in Python is decided in ``_rendering``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from asgilab.export._acts import act, opening
from asgilab.export._draft import Draft
from asgilab.export._expectations import RAISED, expectations
from asgilab.export._flow import plan_flow
from asgilab.export._names import Names
from asgilab.export._payloads import Matched, Payloads
from asgilab.export._secrets import Secret, Secrets
from asgilab.export._statements import Disconnect, ExpectNothing, Open, Statement
from asgilab.export._variables import choose_variables
from asgilab.replay import Act, Input, Output, Path, Step, Volatility
from asgilab.sessions import hidden_texts, redact_secrets

_SILENT_ENDS: Final = frozenset({"application.returned", "cancelled"})


@dataclass(frozen=True, slots=True)
class Script:
    """A test before it is text.

    Attributes:
        opened: The communicators that are made before anything happens.
        paragraphs: The statements, one group for each step of the session.
        closed: Variables of the connections to close at the end.
        users: Username by the fixture that makes the user.
        secrets: What the test takes from its environment.
        matched: Where a matcher stands.
        loose: Places, by event, in which the test takes any fitting value.
        notes: What could not be written down as it was, one sentence each.
    """

    opened: tuple[Open, ...]
    paragraphs: tuple[tuple[Statement, ...], ...]
    closed: tuple[str, ...]
    users: Mapping[str, str]
    secrets: tuple[Secret, ...]
    matched: tuple[Matched, ...]
    notes: tuple[str, ...]
    loose: Mapping[int, frozenset[Path]] = field(default_factory=dict)


def write_script(
    steps: Sequence[Step],
    options: Mapping[str, Mapping[str, Any]],
    found: Volatility,
    *,
    django: bool,
    taken: frozenset[str] = frozenset(),
    timed: frozenset[str] = frozenset(),
) -> tuple[Script, Secrets]:
    """Turn the steps of a session into the statements of a test.

    Args:
        steps: The steps of the session.
        options: How each connection was asked for; see ``Session.options``.
        found: What replays of the session differ in.
        django: Whether the application is part of a Django project.
        taken: Names that the module uses already.
        timed: Connections on which a timer of the application sends what the test
            leaves out: it may come at any moment, so silence is not asserted there.

    Returns:
        The script, and the secrets that must not be in its source.

    Raises:
        ExportError: The session holds something that cannot be put in a test.
    """
    order = list(dict.fromkeys(step.input.connection for step in steps))
    emitted = [emission(step, order) for step in steps]
    draft = _draft(steps, emitted, options, found, django, Names(taken))
    opened = [
        opening(draft, step.input)
        for step in steps
        if step.input.act is Act.CONNECT and not draft.moves(step.input.event, "path")
    ]
    kept = _without_goodbyes(steps, emitted)
    paragraphs = [
        _paragraph(draft, step, outputs)
        for step, outputs in zip(steps[:kept], emitted, strict=False)
    ]
    paragraphs.append(_final_silence(draft))
    loud = {draft.variable(name) for name in timed & draft.variables.of.keys()}
    paragraphs = [_without_silence(each, loud) for each in paragraphs]
    _ask_once(paragraphs)
    early = {each.connection for each in opened}
    closing = [draft.variable(name) for name in _to_close(steps[:kept])]
    paragraphs.append([Disconnect(name) for name in closing if name not in early])
    _note_unexplained(draft)
    _hide_secrets(steps, draft.payloads.secrets)
    script = Script(
        opened=tuple(opened),
        paragraphs=tuple(tuple(p) for p in paragraphs if p),
        closed=tuple(name for name in closing if name in early),
        users=draft.variables.users,
        secrets=draft.payloads.secrets.found,
        matched=tuple(draft.payloads.matched),
        notes=tuple(draft.notes),
        loose=_loose(draft),
    )
    return script, draft.payloads.secrets


def _hide_secrets(steps: Sequence[Step], secrets: Secrets) -> None:
    """Take note of all that is redacted elsewhere: it must not be in the source."""
    for step in steps:
        for message in (step.input.message, *(o.message for o in step.outputs)):
            # Most cookies hold a word that may well stand in the source.
            shown = {k: v for k, v in redact_secrets(message).items() if k != "headers"}
            secrets.hide(hidden_texts(dict(message), shown))


def _loose(draft: Draft) -> dict[int, frozenset[Path]]:
    """Return the places in which the test takes any value, or looks at none."""
    found = {event: set(paths) for event, paths in draft.payloads.loose.items()}
    for event, places in draft.payloads.plan.places.items():
        headers = {path for path in places if path[0] == "headers"}
        if headers:
            found.setdefault(event, set()).update(headers)
    return {event: frozenset(paths) for event, paths in found.items()}


def emission(step: Step, order: Sequence[str]) -> list[Output]:
    """Return the outputs of a step in the order in which a test asks for them.

    The connection that acted comes first, the others in the order of their
    opening: which connection an application serves first is no promise of its.
    """
    places = {name: place for place, name in enumerate(order)}
    places[step.input.connection] = -1
    asserted = [o for o in step.outputs if o.type not in _SILENT_ENDS]
    return sorted(asserted, key=lambda output: places.get(output.connection, 0))


def _draft(
    steps: Sequence[Step],
    emitted: list[list[Output]],
    options: Mapping[str, Mapping[str, Any]],
    found: Volatility,
    django: bool,
    names: Names,
) -> Draft:
    reordered = frozenset(found.reordered)
    said: list[Input | Output] = []
    unordered: set[int] = set()
    for step, outputs in zip(steps, emitted, strict=True):
        said += [step.input, *outputs]
        unordered |= {
            output.event
            for output in outputs
            if (step.number, output.connection) in reordered
        }
    plan = plan_flow(said, found.findings, frozenset(unordered))
    referenced = [each for each in said if each.event in plan.referenced]
    variables = choose_variables(steps, options, referenced, names)
    payloads = Payloads(plan, variables.messages, Secrets(names))
    return Draft(options, variables, payloads, django, reordered)


def _paragraph(draft: Draft, step: Step, outputs: list[Output]) -> list[Statement]:
    said = step.input
    mine = [o for o in outputs if o.connection == said.connection]
    done, rest = act(draft, said, mine)
    rest += [o for o in outputs if o.connection != said.connection]
    done += expectations(draft, step.number, rest)
    if not outputs and said.act is Act.DELIVER and said.connection in draft.silent:
        # Nothing answers: that is asserted, and the next input waits for it.
        done.append(ExpectNothing(draft.variable(said.connection)))
    return done


def _without_goodbyes(steps: Sequence[Step], emitted: list[list[Output]]) -> int:
    """Return how many steps there are before the plain disconnects at the end."""
    count = len(steps)
    while count and not emitted[count - 1] and _plain_goodbye(steps[count - 1].input):
        count -= 1
    return count


def _to_close(steps: Sequence[Step]) -> list[str]:
    """Return the connections that are still open after some steps."""
    said = [step.input for step in steps]
    gone = {each.connection for each in said if _goodbye(each)}
    gone |= {o.connection for s in steps for o in s.outputs if o.type == RAISED}
    return [
        each.connection
        for each in said
        if each.act is Act.CONNECT and each.connection not in gone
    ]


def _final_silence(draft: Draft) -> list[Statement]:
    return [ExpectNothing(draft.variable(name)) for name in draft.silent]


def _without_silence(paragraph: list[Statement], loud: set[str]) -> list[Statement]:
    return [
        each
        for each in paragraph
        if not (isinstance(each, ExpectNothing) and each.connection in loud)
    ]


def _ask_once(paragraphs: list[list[Statement]]) -> None:
    """Take out assertions of silence that stand right after the same ones."""
    asked: list[Statement] = []
    for paragraph in paragraphs:
        while paragraph and paragraph[0] in asked:
            del paragraph[0]
        silent = [s for s in paragraph if isinstance(s, ExpectNothing)]
        if paragraph:
            asked = list(silent) if paragraph[-1] in silent else []


def _note_unexplained(draft: Draft) -> None:
    draft.notes.extend(
        "The client sent another value in each replay, and the test sends the "
        f"recorded one: {finding}."
        for finding in draft.payloads.plan.unexplained
    )


def _plain_goodbye(said: Input) -> bool:
    return _goodbye(said) and said.message.get("code", 1000) == 1000


def _goodbye(said: Input) -> bool:
    return said.message.get("type") == "websocket.disconnect"
