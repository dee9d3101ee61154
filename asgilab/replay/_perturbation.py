"""Another world around a replay: another day, machine and first row.

A value that follows the clock by the day, or the host, is the same in two replays
in a row and another one tomorrow, or at a colleague's. So what an application may
ask of the world is changed around a replay. What chance decides needs no help.

What only another process has (hashes of text, addresses in memory, what a module
worked out when it was imported) is found in one: see ``Elsewhere`` in
``_exploration``.
"""

import os
import platform
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from unittest.mock import patch

_DAYS: Final = 400
"""Another year, month, day and weekday; less than certificates are good for."""
_KEYS: Final = 7000
"""How far on the keys of new rows begin."""
_ZONES: Final = ("Asia/Kathmandu", "America/St_Johns")
"""Neither is a whole number of hours from anywhere."""


@contextmanager
def perturbed(number: int) -> Iterator[None]:
    """Change the world around a replay, for all threads of the process.

    Args:
        number: Number of the replay. An even one is left in the world as it is.

    Example::

        with perturbed(1):
            await replay(session, lab.fresh)
    """
    with ExitStack() as stack:
        if number % 2:
            _on_another_day(stack, number)
            _in_another_zone(stack, number)
            _on_another_machine(stack, number)
            _after_other_rows(stack, number)
        yield


def can_travel() -> bool:
    """Tell whether the clock of the process can be moved: time-machine does that."""
    return _travel() is not None


def _travel() -> Callable[..., Any] | None:
    try:
        from time_machine import travel
    except ImportError:
        return None
    return travel


def _on_another_day(stack: ExitStack, number: int) -> None:
    travel = _travel()
    if travel is not None:
        ahead = timedelta(days=_DAYS * number, hours=7, minutes=13, seconds=number)
        stack.enter_context(travel(datetime.now(UTC) + ahead, tick=True))


def _in_another_zone(stack: ExitStack, number: int) -> None:
    """Set the time zone of the process, unless Django's settings have set it."""
    conf = sys.modules.get("django.conf")
    if (conf is not None and conf.settings.configured) or not hasattr(time, "tzset"):
        return
    zone = _ZONES[number // 2 % len(_ZONES)]
    stack.callback(time.tzset)
    stack.enter_context(patch.dict(os.environ, {"TZ": zone}))
    time.tzset()


def _on_another_machine(stack: ExitStack, number: int) -> None:
    name = f"elsewhere-{number}"
    user = f"somebody-{number}"
    there = dict.fromkeys(("HOSTNAME", "COMPUTERNAME"), name)
    there |= dict.fromkeys(("LOGNAME", "USER", "LNAME", "USERNAME"), user)
    stack.enter_context(patch.dict(os.environ, there))
    # The numbers of the process stay: a kernel watches its parent's and ends when that
    # changes, and what it sends is dropped. Another process has others by itself.
    for owner, call, answer in (
        (socket, "gethostname", name),
        (socket, "getfqdn", f"{name}.example"),
        (platform, "node", name),
        (platform, "release", f"9.{number}"),
        (platform, "platform", f"Linux-9.{number}"),
        (platform, "python_version", f"3.{90 + number}.0"),
    ):
        stack.enter_context(_answering(owner, call, answer))


def _answering(owner: Any, call: str, answer: Any) -> Any:
    def answered(*_: Any, **__: Any) -> Any:
        return answer

    return patch.object(owner, call, answered)


def _after_other_rows(stack: ExitStack, number: int) -> None:
    """Let the keys of new rows begin later: somebody may have been there before."""
    if "django.db" in sys.modules:
        from asgilab.django import later_keys

        stack.enter_context(later_keys(_KEYS * number))
