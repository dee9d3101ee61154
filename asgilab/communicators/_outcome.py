"""How an application ended, and what of that no test has been shown yet.

Values only; who takes note of an end is ``_line``.
"""

from typing import TYPE_CHECKING

from asgilab.communicators._faults import came_of, explained
from asgilab.errors import ProtocolViolation

if TYPE_CHECKING:
    from types import TracebackType


class Outcome:
    """The end of one run of an application.

    Attributes:
        ended: Whether it has ended.
        how_it_ended: As a participle, such as ``"returned"``.
        error: The exception it ended with, or None.
        traceback: The exception's own traceback, from before it was shown.
        violation: A breach that was raised into it and that no test saw yet.
    """

    # On the class, so that a new one costs nothing.
    ended = False
    how_it_ended = "not ended"
    error: BaseException | None = None
    traceback: "TracebackType | None" = None
    violation: ProtocolViolation | None = None
    _shown: BaseException | None = None

    @property
    def unseen(self) -> bool:
        """Whether there is an exception or a violation that no test was shown."""
        if self.violation is not None or self.error is None:
            return self.violation is not None
        return self._shown is None or not came_of(self.error, self._shown)

    def take_error(self) -> BaseException | None:
        """Return what the application raised, with its own traceback, to be shown.

        A violation that it let through, or made into this, is shown with it.
        """
        error = self.error
        if error is None:
            return None
        if self.violation is not None and came_of(error, self.violation):
            self.violation = None
        self._shown = error
        return explained(error.with_traceback(self.traceback))

    def take_violation(self) -> ProtocolViolation:
        """Return the violation that nobody saw yet, and forget it.

        Raises:
            RuntimeError: There is none.
        """
        violation, self.violation = self.violation, None
        if violation is None:
            msg = "There is no violation to take."
            raise RuntimeError(msg)
        self._shown = violation
        return violation
