"""Where an exception of the application came from: its cause, its line, a mistake.

Exceptions are only looked at here; who raises or records them is ``_line``.
"""

from types import CodeType
from typing import Any

from asgilab.engine import is_user_code


def came_of(error: BaseException | None, cause: BaseException) -> bool:
    """Tell whether an exception is another one, or was raised because of it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if error is cause:
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def raised_at(error: BaseException) -> tuple[CodeType, int] | None:
    """Return the innermost line of the user's in an exception's traceback."""
    place = None
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        if is_user_code(code.co_filename):
            place = (code, step.tb_lineno)
        step = step.tb_next
    return place


def explained(error: BaseException) -> BaseException:
    """Return an exception, with a note if it comes of a mistake that is often made.

    A consumer class stands in a route as it is: then a router calls the class, and
    awaits what that gives.
    """
    application = _called_by(error)
    if isinstance(error, TypeError) and hasattr(application, "as_asgi"):
        name = application.__name__
        note = f"Hint: a route takes {name}.as_asgi(), not the class {name}."
        if note not in getattr(error, "__notes__", ()):
            error.add_note(note)
    return error


def _called_by(error: BaseException) -> Any:
    """Return the class that a router was calling when it failed, or None."""
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    found = None if step is None else step.tb_frame.f_locals.get("application")
    return found if isinstance(found, type) else None
