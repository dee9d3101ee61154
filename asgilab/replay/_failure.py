"""What a recorded traceback says at its end: the type of the exception, its text.

Reads text only; nothing is imported or evaluated.
"""

import re
from dataclasses import dataclass

_HEAD = re.compile(
    r"^(?:  \+ )?(?:Exception Group )?Traceback \(most recent call last\):"
)
_LAST = re.compile(r"^(?:  \| )?([A-Za-z_][\w.]*)(?:: ?(.*))?$")


@dataclass(frozen=True, slots=True)
class Failure:
    """An exception as its traceback names it.

    Attributes:
        type: Dotted name, such as ``"ZeroDivisionError"`` or ``"chat.errors.Full"``.
        text: First line of its message, or "".
    """

    type: str
    text: str


def failure_of(traceback: str | None) -> Failure:
    r"""Read the type and the text of an exception from its traceback.

    Where the text holds no traceback, the type is ``"Exception"``.

    Example::

        failure_of("Traceback (most recent call last):\n  …\nKeyError: 'total'")
        # Failure(type='KeyError', text="'total'")
    """
    lines = (traceback or "").splitlines()
    heads = [place for place, line in enumerate(lines) if _HEAD.match(line)]
    for line in lines[heads[-1] + 1 if heads else 0 :]:
        found = _LAST.match(line)
        if found:
            return Failure(found[1], found[2] or "")
    return Failure("Exception", "")
