"""In which context an application runs: whose context variables it sees.

Only the choice lives here; who starts the application is in ``_application``.
"""

import contextvars
from typing import Any, Literal

from asgilab.errors import UsageError

ContextChoice = Literal["blank", "inherit"] | contextvars.Context
"""``"blank"``: none of the test's variables, as asgiref does it; ``"inherit"``: a
copy of those that the test has when the application starts; or a context."""


def context_for(choice: ContextChoice) -> contextvars.Context:
    """Return the context to run an application in.

    Raises:
        ValueError: There is no such choice.
        UsageError: It is a context that is entered already, as the caller's own is:
            Python runs nothing twice in one context at the same time.
    """
    if isinstance(choice, contextvars.Context):
        try:
            choice.run(bool)
        except RuntimeError:
            msg = (
                "The context given as context= is entered already, by the caller or "
                "one that it is called by; expected one that nobody runs in: pass "
                "context.copy()."
            )
            raise UsageError(msg) from None
        return choice
    if choice == "blank":
        return contextvars.Context()
    named: Any = choice
    if named != "inherit":
        msg = f"Unknown context {choice!r}; expected 'blank', 'inherit' or a Context."
        raise ValueError(msg)
    return contextvars.copy_context()
