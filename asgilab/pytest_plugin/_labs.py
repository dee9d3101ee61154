"""The end of a test's lab: nothing of it runs on, and nothing raised is lost."""

import contextlib
from typing import TYPE_CHECKING

from asgilab.errors import AsgilabWarning, UncleanExit

if TYPE_CHECKING:
    from asgilab.lab import Lab


def end(lab: "Lab", *, tell_leftovers: bool = True) -> None:
    """End a lab, wherever it lives, from outside of any event loop.

    Args:
        lab: The lab.
        tell_leftovers: Whether what is left over is an error, in a strict lab and
            where warnings are.

    Raises:
        UncleanExit: Something is left over, and that is an error.
        Exception: What the application raised in its shutdown.
    """
    passed_over = () if tell_leftovers else (UncleanExit, AsgilabWarning)
    with contextlib.suppress(*passed_over):
        _end(lab)


def _end(lab: "Lab") -> None:
    if lab.thread is not None:
        lab.stop()
        return
    loop = lab.loop
    if loop is None:
        return
    if loop.is_closed() or loop.is_running() or _runs_here():
        lab.abandon()  # who closed the loop has cancelled what ran on it
    else:
        loop.run_until_complete(lab.__aexit__(None, None, None))


def raise_unseen(errors: list[Exception]) -> None:
    """Raise what an application raised and no line of the test has received.

    Raises:
        Exception: The one exception itself, or a group of them.
    """
    __tracebackhide__ = True
    for error in errors:
        error.add_note("Raised by the application; nothing in the test received it.")
    if len(errors) == 1:
        raise errors[0]
    if errors:
        msg = "The application raised, and nothing in the test received it."
        raise ExceptionGroup(msg, errors)


def _runs_here() -> bool:
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
