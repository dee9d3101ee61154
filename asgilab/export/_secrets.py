"""What must not be written into a file, and what stands there instead.

Cookies, authorization headers, tokens, passwords: a test takes them from the
environment, through a fixture. Before a file is handed out its source is
searched for every secret that is known.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from asgilab.errors import ExportError
from asgilab.export._names import UNNAMED, Names
from asgilab.export._nodes import Code
from asgilab.sessions import REDACTED

_SHORTEST: Final = 6
"""A shorter secret is not searched for in the source: it would be found by chance."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that the test takes from its environment.

    Attributes:
        fixture: Name of the fixture that gives it, such as ``"alice_token"``.
        variable: Environment variable, such as ``"TEST_ALICE_TOKEN"``.
        what: What it is, for people, such as ``"token"``.
        value: The recorded value. It is in no output.
    """

    fixture: str
    variable: str
    what: str
    value: str

    def __repr__(self) -> str:
        return f"<Secret {self.variable}>"


class Secrets:
    """The secrets of one session, and the fixtures that stand for them.

    Args:
        names: Where the names of the fixtures come from.
    """

    def __init__(self, names: Names) -> None:
        self._names = names
        self._found: dict[str, Secret] = {}
        self._unwritten: set[str] = set()

    @property
    def found(self) -> tuple[Secret, ...]:
        """The secrets that the test needs, in the order of their first use."""
        return tuple(self._found.values())

    def code(self, value: str, connection: str, what: str) -> Code:
        """Return what stands for a secret that the test has to send."""
        secret = self._found.get(value)
        if secret is None:
            owner = "" if UNNAMED.fullmatch(connection) else f"{connection}_"
            fixture = self._names.fresh(f"{owner}{what}", fallback="secret")
            secret = Secret(fixture, f"TEST_{fixture.upper()}", what, value)
            self._found[value] = secret
        return Code(secret.fixture)

    def known(self, value: Any) -> Code | None:
        """Return what stands for a value that the test sends, if that is a secret."""
        secret = self._found.get(value) if isinstance(value, str) else None
        return None if secret is None else Code(secret.fixture)

    def expected(self, value: str) -> Code:
        """Return what stands for a secret that the application sends."""
        if REDACTED in value:  # nobody knows how long it was
            return any_text()
        self._unwritten.add(value)
        length = len(value)
        text = f"IsStr(min_length={length}, max_length={length})"
        return Code(text, (("dirty_equals", "IsStr"),))

    def hide(self, values: Iterable[Any]) -> None:
        """Take note of values that must not be in the source."""
        self._unwritten |= {value for value in values if isinstance(value, str)}

    def check(self, source: str) -> None:
        """Make sure that no known secret is in a source text.

        Raises:
            ExportError: One is.
        """
        for value in {*self._found, *self._unwritten} - {REDACTED}:
            if len(value) >= _SHORTEST and value in source:
                msg = (
                    "The test would hold a secret of the recording in clear "
                    f"({len(value)} characters, found again outside the field that "
                    "marks it as one). Nothing was written; change that message, "
                    "or record without the secret."
                )
                raise ExportError(msg)


def any_text() -> Code:
    """Return what stands for a secret of which not even the length is known."""
    return Code("IsStr()", (("dirty_equals", "IsStr"),))
