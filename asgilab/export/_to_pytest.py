"""From a session to the source of a test, in one call.

Nothing runs here: replaying the session and running the test belong to
``_exporting``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, TypeAlias

from asgilab.errors import ExportError
from asgilab.export._format import formatted
from asgilab.export._names import identifier
from asgilab.export._payloads import Matched
from asgilab.export._pytest import Origin, check_import_string, write_module
from asgilab.export._rendering import Target
from asgilab.export._script import Script, write_script
from asgilab.export._secrets import Secret
from asgilab.export._titles import title_of
from asgilab.replay import Path as ValuePath
from asgilab.replay import Step, Volatility, steps
from asgilab.sessions import Session

TargetName: TypeAlias = Literal["asgilab", "channels"]

_TARGETS: Final = {"asgilab": Target.ASGILAB, "channels": Target.CHANNELS}
_NOTHING_VOLATILE: Final = Volatility()


@dataclass(frozen=True, slots=True)
class Written:
    """The source of a test, and what is to be known about it.

    Attributes:
        source: The module.
        name: Name of the test function.
        matched: Where a matcher stands instead of the recorded value.
        secrets: What the test takes from its environment.
        notes: What could not be written down as it was, one sentence each.
        loose: Places, by event, in which the test takes any fitting value.
    """

    source: str
    name: str
    matched: tuple[Matched, ...] = ()
    secrets: tuple[Secret, ...] = ()
    notes: tuple[str, ...] = ()
    loose: Mapping[int, frozenset[ValuePath]] = field(default_factory=dict)


def to_pytest(
    session: Session,
    *,
    volatile: Volatility | None = None,
    target: TargetName = "asgilab",
    name: str | None = None,
) -> str:
    """Return a session as the source of a pytest module.

    Args:
        session: The session. Its application needs an import string.
        volatile: What replays of the session differ in, from
            :func:`asgilab.replay.find_volatile`. Without it every recorded value
            is asserted as it is.
        target: ``"asgilab"`` writes for ``asgilab.testing``; ``"channels"`` writes
            a file that needs no asgilab.
        name: Name of the test function. Default: one that tells what happens.

    Raises:
        ExportError: The session cannot become a test; the message says why.

    Example::

        Path("tests/test_lobby.py").write_text(to_pytest(session))
    """
    return write_test(session, volatile=volatile, target=target, name=name).source


def write_test(
    session: Session,
    *,
    volatile: Volatility | None = None,
    target: TargetName = "asgilab",
    name: str | None = None,
    taken_from: Sequence[Step] | None = None,
    path: Path | None = None,
    lifespan: bool | None = None,
    timed: frozenset[str] = frozenset(),
) -> Written:
    """Return the source of a test, with all that is to be known about it.

    Args:
        session: As in :func:`to_pytest`.
        volatile: As in :func:`to_pytest`.
        target: As in :func:`to_pytest`.
        name: As in :func:`to_pytest`.
        taken_from: The steps to write down. Default: those of the session.
        path: The file that the source is for: its project's settings decide
            about the format.
        lifespan: Whether the application is started up before its connections.
            Default: if it was when the session was recorded.
        timed: Connections on which a timer of the application sends what is left
            out, at any moment: their silence is not asserted.

    Raises:
        ExportError: The session cannot become a test.
    """
    application = check_import_string(session.application)
    if target not in _TARGETS:
        msg = f"There is no target {target!r}; expected 'asgilab' or 'channels'."
        raise ExportError(msg)
    chosen = steps(session) if taken_from is None else list(taken_from)
    _check_steps(chosen)
    script, secrets = write_script(
        chosen,
        session.options,
        volatile or _NOTHING_VOLATILE,
        django=_is_django(session),
        taken=frozenset(re.split(r"[.:]", application)),
        timed=timed,
    )
    title = _title(name, script)
    origin = Origin(
        application,
        session.settings,
        session.connections,
        len(session),
        session.lifespan if lifespan is None else lifespan,
    )
    source = write_module(script, origin, title, _TARGETS[target])
    source = formatted(source, path or Path.cwd() / "test_session.py")
    secrets.check(source)
    return Written(
        source, title, script.matched, script.secrets, script.notes, script.loose
    )


def _is_django(session: Session) -> bool:
    """Tell whether a session is of a Django project: it has settings, or users."""
    users = any(options.get("user") for options in session.options.values())
    return session.settings is not None or users


def _check_steps(chosen: Sequence[Step]) -> None:
    if not chosen:
        msg = "The session holds no input of a client, so there is nothing to test."
        raise ExportError(msg)
    for step in chosen:
        for output in step.outputs:
            if output.note:
                msg = (
                    f"Event {output.event} on {output.connection!r} was {output.note} "
                    "by hand, so the session does not say what the application does "
                    "by itself. Replay the session and export the replay."
                )
                raise ExportError(msg)


def _title(name: str | None, script: Script) -> str:
    if name is None:
        return title_of(script.paragraphs, script.opened)
    plain = identifier(name, "session", 80)
    return plain if plain.startswith("test") else f"test_{plain}"
