"""What stands behind a magic on its line, as arguments.

IPython's ``magic_arguments`` make the parser and its help; the line is split
here, because IPython's own splitting keeps the quotes. A line that ends in a
payload gives up its first word and is otherwise left exactly as it was typed.
"""

import argparse
import builtins
import io
import json
import keyword
import re
import shlex
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from IPython.core.error import UsageError
from IPython.utils.text import DollarFormatter

from asgilab.errors import UsageError as OurUsageError

_VERBATIM: Final = ("--json", "--body", "--when")
_VERBATIM_WITH_VALUE: Final = tuple(f"{flag}=" for flag in _VERBATIM)


class Line(NamedTuple):
    """A line in words.

    Attributes:
        words: The words, without their quotes.
        silent: Whether the line ends in ``;``, which asks to display nothing.
    """

    words: list[str]
    silent: bool


def split(line: str) -> Line:
    """Split a line into words, as a shell would, and drop a comment at its end.

    A backslash is a plain character, since paths of Windows are full of them.

    Raises:
        ValueError: A quotation mark is not closed.

    Example:
        >>> split("/ws/ --header 'Origin: http://x'  # don't").words
        ['/ws/', '--header', 'Origin: http://x']
    """
    typed = io.StringIO(line)
    lexer = shlex.shlex(typed, posix=True)
    lexer.whitespace_split = True
    lexer.commenters = lexer.escape = ""
    words: list[str] = []
    end = 0
    while (rest := line[end:].lstrip()) and not rest.startswith("#"):
        words.append(lexer.get_token() or "")
        end = typed.tell()
    silent = line[:end].rstrip().endswith(";")
    if silent:
        words[-1] = words[-1].removesuffix(";")
    return Line(words if not silent or words[-1] else words[:-1], silent)


def parse(
    parser: argparse.ArgumentParser, line: str, variables: Mapping[str, Any]
) -> argparse.Namespace:
    """Parse the line of a magic; ``silent`` is among the results.

    ``$x`` and ``{x}`` stand for variables, as in IPython's own magics, but not
    in what follows ``--json`` or ``--body``: a payload stays as it was typed.

    Args:
        parser: What ``@magic_arguments()`` made; its ``prog`` names the magic.
        line: The line behind the magic's name.
        variables: The variables of the cell.

    Raises:
        UsageError: IPython's own, which shows as one line.
    """
    try:
        words, silent = split(_with_quotes(parser, line))
        arguments = parser.parse_args(_expand_all(words, variables))
    except ValueError as error:
        raise complaint(parser, f"{str(error).lower()} in {line!r}") from None
    except UsageError as error:
        raise complaint(parser, str(error)) from None
    arguments.silent = silent
    return arguments


def _with_quotes(parser: argparse.ArgumentParser, line: str) -> str:
    """Quote JSON that was typed as it is, behind ``--json`` or instead of it.

    Example: ``POST /x/ {"a": 1}`` is ``POST /x/ --json '{"a": 1}'``.
    """
    found = re.search(r"(?<!\S)(--json[ =]+)?(?=[{[])", line)
    if found is None or "--json" not in parser.format_usage():
        return line
    if any(line.count(quote, 0, found.start()) % 2 for quote in "'\""):
        return line  # it is part of a word
    try:
        _, end = json.JSONDecoder().raw_decode(line, found.end())
    except ValueError:
        return line  # a variable in braces, or an expression: those need quotes
    payload = shlex.quote(line[found.end() : end])
    return f"{line[: found.start()]}--json {payload}{line[end:]}"


def complaint(parser: argparse.ArgumentParser, reason: str) -> UsageError:
    """Return the error that says what is wrong and how the magic is called."""
    usage = " ".join(parser.format_usage().split()).removeprefix(":: ")
    return UsageError(f"%{parser.prog}: {reason}. Usage: {usage}")


def headers(
    parser: argparse.ArgumentParser, lines: list[str] | None
) -> list[tuple[str, str]]:
    """Return header pairs of lines such as ``Origin: http://localhost``.

    Raises:
        UsageError: A line has no colon.
    """
    pairs = []
    for line in lines or ():
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise complaint(parser, f"expected --header 'Name: value', got {line!r}")
        pairs.append((name.strip(), value.strip()))
    return pairs


def check_name(name: str | None) -> None:
    """Make sure that a connection can have a name, and hides nothing of Python's.

    Raises:
        UsageError: It cannot.
    """
    if name is None:
        return
    if name.split() != [name]:
        why = "is no name: magics take the first word of a line for one"
    elif keyword.iskeyword(name) or hasattr(builtins, name):
        why = "is a name of Python's own"
    else:
        return
    msg = f"{name!r} {why}. Expected another one, such as 'alice'."
    raise OurUsageError(msg)


def check_path(path: str) -> None:
    """Make sure that a path is one that a client can ask for.

    Raises:
        UsageError: It begins with no slash, and is no URL.
    """
    if not path.startswith("/") and "://" not in path:
        msg = f"A path begins with a slash. Expected '/{path}', got {path!r}."
        raise OurUsageError(msg)


class Payload(NamedTuple):
    """The line of a magic that takes a payload.

    Attributes:
        name: Its first word.
        rest: All that follows, untouched.
    """

    name: str
    rest: str


def split_payload(line: str, variables: Mapping[str, Any]) -> Payload:
    """Take the first word of a line off; ``$x`` and ``{x}`` stand for variables in it.

    Example:
        >>> split_payload('alice {"text": "$5 # ok"}', {})
        Payload(name='alice', rest='{"text": "$5 # ok"}')
    """
    first, *rest = line.strip().split(maxsplit=1) or [""]
    return Payload(_expand(first, variables), "".join(rest))


def _expand_all(words: list[str], variables: Mapping[str, Any]) -> list[str]:
    expanded = []
    before = ""
    for word in words:
        verbatim = before in _VERBATIM or word.startswith(_VERBATIM_WITH_VALUE)
        expanded.append(word if verbatim else _expand(word, variables))
        before = word
    return expanded


def _expand(word: str, variables: Mapping[str, Any]) -> str:
    if "$" not in word and "{" not in word:
        return word
    try:
        return str(DollarFormatter().vformat(word, (), variables))
    except Exception:  # an expression of the user's may raise anything
        return word
