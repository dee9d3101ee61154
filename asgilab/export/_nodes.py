"""The pieces of generated code that stand where a recorded value stood.

A payload of a statement is made of plain values and, in places, of these.
How they are laid out on lines is in ``_literals``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

Need: TypeAlias = tuple[str, str]
"""An import that code needs: module and name; ``("re", "")`` for the module itself."""


@dataclass(frozen=True, slots=True)
class Code:
    """An expression that is short enough to stay on one line.

    Attributes:
        text: Python source, such as ``"IsUUID(4)"`` or ``'message["id"]'``.
        needs: What it needs imported.
    """

    text: str
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """A call whose arguments may take a line each.

    Attributes:
        function: What is called, such as ``"IsList"``.
        arguments: Keyword, or "" for a positional argument, and value.
        needs: What it needs imported.
        suffix: What follows the closing parenthesis, such as ``".encode()"``.
    """

    function: str
    arguments: tuple[tuple[str, Any], ...]
    needs: tuple[Need, ...] = ()
    suffix: str = ""


def needs_of(value: Any) -> Iterator[Need]:
    """Yield what the code inside a payload needs imported."""
    if isinstance(value, (Code, Call)):
        yield from value.needs
    if isinstance(value, Call):
        for _, argument in value.arguments:
            yield from needs_of(argument)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from needs_of(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from needs_of(inner)
