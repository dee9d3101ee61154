"""Which names are taken for secrets, and which texts need no look.

One vocabulary for all that leaves a session: its file, its renderings, the test
that it becomes. It knows names, not meanings: a secret under a name
that says nothing is not found, unless :func:`name_secrets` has told it.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import pairwise
from typing import Final

from asgilab.sessions._spelling import plain, spelled, words

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
        ("pass", "word"),
        ("private", "key"),
        ("secret", "key"),
        ("session", "id"),
        ("session", "key"),
    }
)
_HINTS: Final = (
    *("pass", "pwd", "secret", "token", "key", "cookie", "otp"),
    *("authorization", "credential", "csrf", "xsrf", "jwt", "session", "eyj"),
    *("bearer ", "basic ", "sk-", "sk_", "pk-", "pk_", "ghp", "gho", "xox"),
    # Letters of a name, escaped as JSON or as an address allows.
    *("\\u004", "\\u005", "\\u006", "\\u007", "%4", "%5", "%6", "%7"),
)
"""Without one of these, in lower case, a text holds no secret."""

_FOREIGN: Final = ("\\u", *(f"%{digit}" for digit in "89abcdef"))
"""How letters beyond ASCII begin that are escaped, in JSON and in an address."""

_SAID_AGAIN: Final = frozenset(
    {"again", "confirm", "confirmation", "repeat", "retype", "verify"}
)
"""How the name of a field ends in which a secret is typed a second time."""

_LONGEST_KEPT: Final = 64


def name_secrets(*names: str) -> None:
    """Say which names hold secrets beside those that are known, in this process.

    A name means every field, header or cookie that has its words: ``"pin"`` is
    found in ``userPin``, ``"account number"`` in ``account_number``. Letters may
    be of any alphabet; case and accents make no difference. The names that were
    given before are forgotten.

    Example::

        name_secrets("pin", "account number")
        is_secret_name("userPin"), is_secret_name("pinned")       # (True, False)
    """
    global _given, _own_names, _hint, _folds
    _given = frozenset(name.strip() for name in names if name.strip())
    _own_names = frozenset(map(spelled, _given))
    own = dict(map(_own_hint, sorted(_given)))
    _folds = not all(own.values())
    _hint = _any_of([*_HINTS, *own, *(_FOREIGN if _folds else ())])
    _known_secret.cache_clear()


def named_secrets() -> frozenset[str]:
    """Return the names that were given to :func:`name_secrets`."""
    return _given


def may_hold_secret(text: str) -> bool:
    """Tell, soon, whether a text may hold a secret; most hold none.

    Example::

        may_hold_secret("hello"), may_hold_secret("the key")      # (False, True)
    """
    if _folds and not text.isascii():
        return _hint(plain(text).casefold()) is not None
    return _hint(text.lower()) is not None


def is_secret_name(name: str) -> bool:
    """Tell whether a key, a header or a cookie of this name holds a secret.

    The name is taken word by word: ``"author"`` and ``"monkey"`` are none.

    Example::

        is_secret_name("csrfToken"), is_secret_name("author")     # (True, False)
    """
    return _known_secret(name) if len(name) <= _LONGEST_KEPT else _is_secret(name)


def names_secret_number(name: str) -> bool:
    """Tell whether a number under this name is a secret: ``otp``, not ``token_count``.

    Example::

        names_secret_number("otp"), names_secret_number("token_count")  # (True, False)
    """
    found = words(name)
    while found and (found[-1].isdigit() or found[-1] in _SAID_AGAIN):
        found.pop()
    if _own_names and _is_own(name):
        return True
    return bool(found) and (_is_secret_word(found[-1]) or tuple(found[-2:]) in _PAIRS)


def is_secret_text(name: str, text: str) -> bool:
    """Tell whether a text under this name is a secret; its digits may be a number.

    Example::

        is_secret_text("token", "17"), is_secret_text("token_count", "17")
        # (True, False)
    """
    if not text or not is_secret_name(name):
        return False
    return not text.isdigit() or names_secret_number(name)


_given: frozenset[str] = frozenset()
_own_names: frozenset[str] = frozenset()
_folds = False
"""Whether one of the own names can only be found in a text without its accents."""


def _own_hint(name: str) -> tuple[str, bool]:
    """Return a word that a text must hold for a name, and whether it is plain ASCII."""
    found = spelled(name).split() or [name.casefold()]
    as_given = [word for word in found if word.isascii() and word in name.lower()]
    return max(as_given or found, key=len), bool(as_given)


def _any_of(hints: Iterable[str]) -> Callable[[str], object]:
    """Return a search for any of some texts."""
    return re.compile("|".join(map(re.escape, dict.fromkeys(hints)))).search


_hint = _any_of(_HINTS)


@lru_cache(4096)
def _known_secret(name: str) -> bool:
    return _is_secret(name)


def _is_secret(name: str) -> bool:
    found = words(name)
    return (
        any(map(_is_secret_word, found))
        or any(pair in _PAIRS for pair in pairwise(found))
        or (bool(_own_names) and _is_own(name))
    )


def _is_secret_word(word: str) -> bool:
    return word in _WORDS or word.endswith(_ENDINGS)


def _is_own(name: str) -> bool:
    both = spelled(name) + spelled(name.casefold())  # who knows only a-z in capitals
    return any(own in both for own in _own_names)
