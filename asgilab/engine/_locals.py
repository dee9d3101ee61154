"""Reading the local variables of a frame without keeping them alive.

Up to Python 3.12 the dict behind ``frame.f_locals`` stays with the frame, and
with it every value it was filled with, long after the variable got another one.
Whoever looks at foreign frames reads them here.
"""

import inspect
from types import FrameType
from typing import Any


def locals_of(frame: FrameType) -> dict[str, Any]:
    """Return a copy of a frame's local variables.

    Args:
        frame: Any frame, of this thread or of another.

    Returns:
        Name and value of each variable that is bound now.
    """
    snapshot = frame.f_locals
    names = dict(snapshot)
    # Only a function's dict is a copy; a module's is the module itself. From
    # Python 3.13 on it is a proxy, which keeps nothing.
    if type(snapshot) is dict and frame.f_code.co_flags & inspect.CO_OPTIMIZED:
        snapshot.clear()
    return names
