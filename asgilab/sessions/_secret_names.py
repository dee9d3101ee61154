"""Which names and which texts are taken for secrets.

One vocabulary for all that leaves a session: its file, its renderings, the test
that it becomes. It knows names and shapes, not meanings: a secret under a name
that says nothing is not found.
"""

import re
import unicodedata
from itertools import pairwise
from typing import Final

_WORDS: Final = frozenset(
    {
        "apikey",
        "authorization",
        "cookie",
        "cookies",
        "credential",
        "credentials",
        "csrf",
        "jwt",
        "otp",
        "passcode",
        "passphrase",
        "passwd",
        "password",
        "passwords",
        "pwd",
        "secret",
        "secrets",
        "sessionid",
        "sessionkey",
        "token",
        "xsrf",
    }
)
_ENDINGS: Final = ("apikey", "passwd", "password", "secret", "token")
"""How a name that is written as one word ends, such as ``csrfmiddlewaretoken``."""

_PAIRS: Final = frozenset(
    {
        ("access", "key"),
        ("api", "key"),
        ("auth", "key"),
        ("private", "key"),
        ("secret", "key"),
        ("session", "id"),
        ("session", "key"),
    }
)
SHAPES: Final = re.compile(
    r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"  # a JSON Web Token
    # A scheme of the Authorization header; what follows is no plain word.
    r"|(?:(?<=\bBearer )|(?<=\bBasic )|(?<=\bToken ))"
    r"(?=[\w+/=.~-]*[A-Z0-9])[\w+/=.~-]{8,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\w+/=\s-]*"
    r"|\b(?:sk|pk|ghp|gho|xox[abp])[-_][0-9A-Za-z_-]{12,}"
)
"""Texts that are a token or a key, wherever they stand."""


def words(text: str) -> list[str]:
    """Split a key, a type or a class name into its lower-case words.

    Example::

        words("chat.messageSent")        # ['chat', 'message', 'sent']
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    found = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", plain)
    return [word.lower() for word in found]


def is_secret_name(name: str) -> bool:
    """Tell whether a key, a header or a cookie of this name holds a secret.

    The name is taken word by word: ``"author"`` and ``"monkey"`` are none.

    Example::

        is_secret_name("csrfToken"), is_secret_name("author")     # (True, False)
    """
    found = words(name)
    return any(map(_is_secret_word, found)) or any(
        pair in _PAIRS for pair in pairwise(found)
    )


def names_secret_number(name: str) -> bool:
    """Tell whether a number under this name is a secret: ``otp``, not ``token_count``.

    Example::

        names_secret_number("otp"), names_secret_number("token_count")  # (True, False)
    """
    found = words(name)
    return bool(found) and (_is_secret_word(found[-1]) or tuple(found[-2:]) in _PAIRS)


def holds_secret(text: str) -> bool:
    """Tell whether a text has the shape of a token or of a key."""
    return SHAPES.search(text) is not None


def _is_secret_word(word: str) -> bool:
    return word in _WORDS or word.endswith(_ENDINGS)
