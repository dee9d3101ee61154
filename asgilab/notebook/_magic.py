"""One magic: what it is called, what it takes, and its body.

Bodies live in the files named for what they do; putting them into a shell is
the business of ``_magics``.
"""

import argparse
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from IPython.core.magic_arguments import magic_arguments

from asgilab.notebook._arguments import complaint, parse, split_payload
from asgilab.notebook._faults import shorten
from asgilab.notebook._laboratory import Laboratory

Kind = Literal["line", "cell"]


@dataclass(frozen=True, slots=True)
class Call:
    """One use of a magic.

    Attributes:
        arguments: What its parser made of the line. For a magic with a payload
            there is ``name`` alone.
        payload: What stood behind the name, or the cell; "" if nothing did.
        cell: The cell below a cell magic, or None.
        variables: The variables that an expression on the line may use.
        parser: The parser, for complaints.
    """

    arguments: argparse.Namespace
    payload: str
    cell: str | None
    variables: Mapping[str, Any]
    parser: argparse.ArgumentParser


Body = Callable[[Laboratory, Call], Coroutine[Any, Any, Any]]


@dataclass(frozen=True, slots=True)
class Magic:
    """A magic that can be put into a shell.

    Attributes:
        body: What it does; its name is the magic's.
        kinds: Whether it is a line magic, a cell magic, or both.
        takes_payload: Whether its line is a name and then a payload.
    """

    body: Body
    kinds: tuple[Kind, ...]
    takes_payload: bool

    @property
    def name(self) -> str:
        """Its name, without ``%``."""
        return str(self.parser.prog)

    @property
    def parser(self) -> argparse.ArgumentParser:
        """The parser of its arguments."""
        body: Any = self.body  # magic_arguments() has put the parser onto it
        parser: argparse.ArgumentParser = body.parser
        return parser

    @property
    def help(self) -> str:
        """Its whole help text, as ``%name?`` shows it."""
        return self.body.__doc__ or ""

    @property
    def summary(self) -> str:
        """The first sentence of its help."""
        first = (self.parser.description or "").strip().split("\n\n")[0]
        return " ".join(first.split())

    async def run(
        self,
        laboratory: Laboratory,
        line: str,
        cell: str | None,
        variables: Mapping[str, Any],
    ) -> Any:
        """Parse one use of it and do what it does.

        Raises:
            IPython.core.error.UsageError: The arguments are bad.
            Exception: What the body raised, shown shortly by IPython.
        """
        try:
            call = self._read(line, cell, variables)
            result = await self.body(laboratory, call)
        except BaseException as error:
            shorten(error)
            raise
        return None if call.arguments.silent else result

    def _read(self, line: str, cell: str | None, variables: Mapping[str, Any]) -> Call:
        if not self.takes_payload:
            arguments = parse(self.parser, line, variables)
            return Call(arguments, cell or "", cell, variables, self.parser)
        name, rest = split_payload(line, variables)
        if not name:
            raise complaint(self.parser, "the name is missing")
        if cell is not None and rest and not rest.startswith("#"):
            reason = f"the payload stands in the cell, but {rest!r} is on the line"
            raise complaint(self.parser, reason)
        arguments = argparse.Namespace(name=name, silent=False)
        return Call(
            arguments, rest if cell is None else cell, cell, variables, self.parser
        )


def asgi_magic(*kinds: Kind, payload: bool = False) -> Callable[[Body], Magic]:
    """Make a magic of a coroutine function that has ``@argument`` decorators.

    Args:
        kinds: Whether it is a line magic, a cell magic, or both.
        payload: Whether its line is a name and then a payload.
    """

    def make(body: Body) -> Magic:
        decorated = magic_arguments()(body)
        decorated.parser.allow_abbrev = False
        return Magic(decorated, kinds or ("line",), payload)

    return make
