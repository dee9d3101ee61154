"""What a communicator is plugged into: a session, gates, a judge, a server's habits.

A communicator on its own gets a private session and no gates; a lab hands all
its communicators the same ones.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypedDict, Unpack, get_args

from asgilab.communicators._registry import register
from asgilab.engine import Gates
from asgilab.errors import UsageError
from asgilab.protocol import ServerHabits, server_habits
from asgilab.sessions import Session
from asgilab.types import Scope

Validation = Literal["off", "record", "spec", "strict"]
"""What becomes of a breach of the ASGI rules.

``"off"``: nobody looks, and so nobody knows when a connection is over.
``"record"``: kept in ``findings``. ``"spec"``: an error is raised out of ``send()``
as a server would raise it, and again from the next call of the test; a warning is
kept. ``"strict"``: warnings are raised as well, and the test's own deliveries are
judged too.
"""

_NOTHING_ASKED: Final = (None,) * 5
_VALIDATIONS: Final = get_args(Validation)


class _Usual:
    """What holds where nobody asks for anything."""

    validation: Validation = "spec"


def usual_validation(validation: Validation) -> Validation:
    """Set the validation of communicators that are made without one.

    Returns:
        What it was before, to be set again.
    """
    before, _Usual.validation = _Usual.validation, validation
    return before


class WiringOptions(TypedDict, total=False):
    """What may be asked of a communicator in so many words; see :class:`Wiring`.

    ``served_by`` is a server's name, such as ``"hypercorn"``, or its habits.
    """

    validate: Validation | None
    strict: bool | None
    served_by: str | ServerHabits | None
    window: int | None
    raise_on_gone: bool | None


@dataclass(slots=True)
class Wiring:
    """What one communicator is plugged into.

    Attributes:
        session: Where its events are recorded, or None for no recording.
        name: Name of the connection in that session.
        gates: Where its events may be held, or None.
        zero: Moment of the loop's clock at which the session began, or None
            to begin it with the application.
        isolate_threads: Give the application's synchronous code a thread of
            its own, so that a paused one holds up nobody else.
        validate: What becomes of a breach of the ASGI rules; as
            :func:`usual_validation` was told where it is not given.
        strict: Whether the end of a connection looks for leftovers; None where
            the end of a lab is not to tell of them either.
        create_users: Make a user that is named and does not exist.
        opened: Called once the application has been started.
        before: Awaited before the application is called, or None.
        habits: The server whose habits the application meets, or None for the
            specification.
        window: How many events of the application may be unread before its
            ``send()`` waits, or None for no bound.
        raise_on_gone: Whether ``send()`` raises an ``OSError`` once the client has
            gone; None for what the server, or the specification, does.
    """

    session: Session | None = field(default_factory=Session)
    name: str = ""
    gates: Gates | None = None
    zero: float | None = None
    isolate_threads: bool = False
    validate: Validation = field(default_factory=lambda: _Usual.validation)
    strict: bool | None = False
    create_users: bool = False
    opened: Callable[[], None] | None = None
    before: Callable[[], Awaitable[None]] | None = None
    habits: ServerHabits | None = None
    window: int | None = None
    raise_on_gone: bool | None = None

    def __post_init__(self) -> None:
        if self.session is not None:
            register(self.session)

    async def prepared(self) -> None:
        """Wait for what has to come before the application, if anything has."""
        if self.before is not None:
            await self.before()

    def altered(self, **options: Unpack[WiringOptions]) -> "Wiring":
        """Return the same wiring but for the options that are given and not None.

        Raises:
            UsageError: There is no such validation or server, or nothing at all
                may be unread.
        """
        changes: dict[str, Any] = {
            name: value for name, value in options.items() if value is not None
        }
        if not changes:
            return self
        if "served_by" in changes:
            changes["habits"] = habits_of(changes.pop("served_by"))
        _check(changes.get("validate", "spec"), changes.get("window", 1))
        return replace(self, **changes)

    def scope(self, scope: Scope) -> Scope:
        """Return a scope as the server would give it; itself where there is none."""
        return scope if self.habits is None else self.habits.scope(scope)


def wired(
    wiring: Wiring | None,
    validate: Validation | None,
    strict: bool | None,
    served_by: str | ServerHabits | None,
    window: int | None,
    raise_on_gone: bool | None,
) -> Wiring:
    """Return the wiring of a communicator that is asked for in so many words.

    Args:
        wiring: What it is to be plugged into, or None for a session of its own.
        validate: See :meth:`Wiring.altered`, as for all that follows.
        strict: The same.
        served_by: The same.
        window: The same.
        raise_on_gone: The same.

    Raises:
        UsageError: See :meth:`Wiring.altered`.
    """
    if wiring is None:
        wiring = Wiring()
    asked = (validate, strict, served_by, window, raise_on_gone)
    if asked == _NOTHING_ASKED:  # as nearly always
        return wiring
    return wiring.altered(
        validate=validate,
        strict=strict,
        served_by=served_by,
        window=window,
        raise_on_gone=raise_on_gone,
    )


def habits_of(server: str | ServerHabits) -> ServerHabits:
    """Return the habits of a server that is given by its name, or the habits given.

    Raises:
        UsageError: No server of that name is known.
    """
    return server_habits(server) if isinstance(server, str) else server


def _check(validate: Any, window: int) -> None:
    if validate not in _VALIDATIONS:
        names = ", ".join(_VALIDATIONS)
        msg = f"There is no validation {validate!r}; expected one of {names}."
        raise UsageError(msg)
    if window < 1:
        msg = f"A window of {window} would let nothing be sent; expected 1 or more."
        raise UsageError(msg)
