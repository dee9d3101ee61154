"""Where an exception of the application came from: its cause, and its line.

Exceptions are only looked at here; who raises or records them is ``_line``.
"""

from types import CodeType

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
