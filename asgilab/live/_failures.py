"""How the application's exceptions are told to the one who runs the test.

They are the application's own and come out as they were raised. Where they are
caught lives in ``_collecting``.
"""

import traceback
import warnings
from typing import Final, Literal

from asgilab.errors import AsgilabWarning
from asgilab.live import _collecting

OnError = Literal["raise", "warn", "keep"]
"""What to do, at the end, with application errors that nobody has dealt with."""


_OUTERMOST: Final = _collecting.__file__


def note_on(error: BaseException, failures: list[Exception]) -> None:
    """Add the application's tracebacks to the exception that ends a test.

    The failures count as told and are removed from the list.
    """
    for failure in failures:
        if failure is not error:
            error.add_note(_told(failure))
    failures.clear()


def report(failures: list[Exception], on_error: OnError) -> None:
    """Raise the failures, or warn of them, and empty the list.

    Raises:
        Exception: The failure itself; an ExceptionGroup where there are more.
    """
    if not failures or on_error == "keep":
        return
    told = list(failures)
    failures.clear()
    if on_error == "warn":
        for failure in told:
            warnings.warn(AsgilabWarning(_told(failure)), stacklevel=3)
    elif len(told) == 1:
        raise told[0]
    else:
        msg = "The application failed several times on the live server."
        raise ExceptionGroup(msg, told)


def _told(failure: Exception) -> str:
    text = traceback.TracebackException.from_exception(failure)
    ours = [n for n, line in enumerate(text.stack) if line.filename == _OUTERMOST]
    del text.stack[: ours[-1] + 1 if ours else 0]  # The server's frames say nothing.
    lines = "".join(text.format()).rstrip()
    return f"The application failed on the live server:\n{lines}"
