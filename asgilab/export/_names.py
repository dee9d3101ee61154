"""Identifiers for what a session calls by free text.

A connection may be called anything; a variable may not. Choosing the name of
the whole test lives in ``_titles``.
"""

import builtins
import keyword
import re
import unicodedata
from typing import Final

UNNAMED: Final = re.compile(r"(ws|websocket|http)[-_]?\d*")
"""What the lab calls a connection that nobody gave a name."""

_RESERVED: Final = frozenset(
    {
        "application",
        "code",
        "connected",
        "django_user_model",
        "lifespan",
        "json",
        "messages",
        "os",
        "pytest",
        "pytest_asyncio",
        "pytestmark",
        "response",
        "state",
        "subprotocol",
    }
)


def identifier(text: str, fallback: str = "connection", longest: int = 40) -> str:
    """Return a lower-case identifier that is no keyword, builtin or the like.

    Args:
        text: Any text.
        fallback: What stands for a text without a letter.
        longest: How many characters of a text are kept.

    Example::

        identifier("Alice (admin)")      # 'alice_admin'
        identifier("class")              # 'class_'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    word = re.sub(r"[\W_]+", "_", plain).strip("_").lower()[:longest].rstrip("_")
    word = re.sub(r"^[\d_]+", "", word) or fallback
    return f"{word}_" if keyword.iskeyword(word) or hasattr(builtins, word) else word


class Names:
    """Hands out identifiers, each of them once.

    Args:
        taken: Names that are in use already, those of imports for example.
    """

    def __init__(self, taken: frozenset[str] = frozenset()) -> None:
        self._taken = set(taken | _RESERVED)

    def fresh(self, *wishes: str, fallback: str = "connection") -> str:
        """Return the first wish that is free, or the first with a number."""
        cleaned = [identifier(wish, fallback) for wish in wishes]
        for name in cleaned:
            if name not in self._taken:
                self._taken.add(name)
                return name
        number = 2
        while f"{cleaned[0]}_{number}" in self._taken:
            number += 1
        name = f"{cleaned[0]}_{number}"
        self._taken.add(name)
        return name
