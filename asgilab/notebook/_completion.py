"""Completion on a magic's line: flags, choices, connection names, paths.

It works wherever the magic stands on the line, ``r = %asgi_receive al`` too.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    SimpleMatcherResult,
    context_matcher,
)
from IPython.core.interactiveshell import InteractiveShell

from asgilab.notebook._asking import open_websockets
from asgilab.notebook._laboratory import Laboratory
from asgilab.notebook._magic import Magic
from asgilab.notebook._routes import websocket_routes
from asgilab.sessions import Session

_ON_THE_LINE: Final = re.compile(r"%{1,2}(asgi_\w+)\s+(.*)$", re.S)
_NAMES: Final = frozenset(
    {"asgi_send", "asgi_receive", "asgi_nothing", "asgi_disconnect", "asgi_step"}
    | {"asgi_continue", "asgi_break", "asgi_inspect", "asgi_edit", "asgi_drop"}
    | {"asgi_duplicate", "asgi_delay", "asgi_inject"}
)


class Completion:
    """Completes the lines of the magics of one shell.

    Args:
        laboratory: What there is to complete.
        magics: The magics by name.
    """

    def __init__(self, laboratory: Laboratory, magics: Mapping[str, Magic]) -> None:
        self._laboratory = laboratory
        self._magics = magics

        @context_matcher(identifier="asgilab")
        def matcher(context: CompletionContext) -> SimpleMatcherResult:
            return self._match(context)

        self.matcher = matcher

    def watch(self, shell: InteractiveShell) -> None:
        """Complete in a shell from now on."""
        shell.Completer.custom_matchers.append(self.matcher)

    def unwatch(self, shell: InteractiveShell) -> None:
        """Undo :meth:`watch`."""
        if self.matcher in shell.Completer.custom_matchers:
            shell.Completer.custom_matchers.remove(self.matcher)

    def words(self, text: str) -> list[str]:
        """Return what could stand at the end of a line, whatever is begun there.

        Args:
            text: The line up to the cursor.
        """
        found = _ON_THE_LINE.search(text)
        magic = None if found is None else self._magics.get(found[1])
        if found is None or magic is None:
            return []
        before = found[2].split()
        if found[2] and not found[2][-1].isspace():
            before.pop()
        return list(dict.fromkeys(self._after(magic, before)))

    def _match(self, context: CompletionContext) -> SimpleMatcherResult:
        text = context.line_with_cursor[: context.cursor_position]
        begun = re.split(r"\s", text)[-1]
        fitting = [word for word in self.words(text) if word.startswith(begun)]
        return {
            "completions": [SimpleCompletion(word, type="param") for word in fitting],
            "matched_fragment": begun,
            "suppress": bool(fitting),
        }

    def _after(self, magic: Magic, before: list[str]) -> Iterable[str]:
        if magic.takes_payload:
            return [] if before else self._connections()
        flags = _flags(magic)
        choices = flags.get(before[-1]) if before else None
        if choices is not None:
            return choices
        return [*self._operands(magic, before), *(f for f in flags if f not in before)]

    def _operands(self, magic: Magic, before: list[str]) -> list[str]:
        if magic.name == "asgi_connect":
            return [] if before else self._routes()
        if magic.name in ("asgi_timeline", "asgi_replay", "asgi_diff"):
            return self._sessions()
        if magic.name not in _NAMES:
            return []
        directions = ["receive", "send"] if magic.name == "asgi_break" else []
        chosen = set(directions) & set(before)
        return [*([] if chosen else directions), *self._connections()]

    def _connections(self) -> list[str]:
        return open_websockets(self._laboratory) if self._laboratory.has_lab else []

    def _routes(self) -> list[str]:
        if not self._laboratory.has_lab:
            return []
        return list(websocket_routes(self._laboratory.lab.application))

    def _sessions(self) -> list[str]:
        variables = self._laboratory.shell.user_ns.items()
        return [name for name, value in variables if isinstance(value, Session)]


def _flags(magic: Magic) -> dict[str, list[str] | None]:
    """Return the flags of a magic, with the words that may follow each.

    None stands for a flag that is complete by itself.
    """
    flags: dict[str, list[str] | None] = {}
    for action in magic.parser._actions:
        following: Any = None
        if action.nargs != 0:
            following = list(action.choices or ())
        flags.update(dict.fromkeys(action.option_strings, following))
    return flags
