"""In which context an application runs: whose context variables it sees.

Only the choice lives here; who starts the application is in ``_application``.
"""

import contextvars
from typing import Any, Literal

ContextChoice = Literal["blank", "inherit"] | contextvars.Context
"""``"blank"``: none of the test's variables, as asgiref does it; ``"inherit"``: a
copy of those that the test has when the application starts; or a context."""


def context_for(choice: ContextChoice) -> contextvars.Context:
    """Return the context to run an application in.

    Raises:
        ValueError: There is no such choice.
    """
    if isinstance(choice, contextvars.Context):
        return choice
    if choice == "blank":
        return contextvars.Context()
    named: Any = choice
    if named != "inherit":
        msg = f"Unknown context {choice!r}; expected 'blank', 'inherit' or a Context."
        raise ValueError(msg)
    return contextvars.copy_context()
