"""Showing what magics return where IPython shows nothing: in ``ipython file.ipy``.

IPython runs such a file silently. A person who runs it in a terminal wants to read
what the magics tell all the same.
"""

from collections.abc import Coroutine
from typing import Any, Final

from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display

from asgilab.notebook._answers import Answer
from asgilab.notebook._cards import Card
from asgilab.notebook._results import TextTimeline

_SHOWS_ITSELF: Final = (Card, Answer, TextTimeline)


async def shown(shell: InteractiveShell, work: Coroutine[Any, Any, Any]) -> Any:
    """Return the result of a magic, and print it first where nobody else does.

    Args:
        shell: The shell that the magic runs in.
        work: The magic at work.
    """
    result = await work
    if isinstance(result, _SHOWS_ITSELF) and _is_script(shell):
        display(result)
    return result


def _is_script(shell: InteractiveShell) -> bool:
    """Tell whether a file is run in a terminal.

    A kernel runs code silently, too: for its front end, which asked for no output.
    """
    running = getattr(shell.displayhook, "exec_result", None)
    return running is not None and running.info.silent and not hasattr(shell, "kernel")
