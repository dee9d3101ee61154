"""Turns the magics of a cell into awaits, wherever `await` can stand.

``%asgi_receive bob`` becomes ``(await get_ipython().run_line_magic(...))``, so
that the kernel goes on answering clicks while a cell waits. What is left alone
(``def``, ``lambda``, ``%%time``, autoawait off) calls the same magic without
``await``, and it then blocks; how each kind of call waits stands in ``_driving``.
"""

import ast
import asyncio
import sys
from collections.abc import Collection, Iterator
from types import FrameType
from typing import Final

from IPython.core.interactiveshell import InteractiveShell

AWAITED: Final = "_await_"
"""Prefix of the name under which the awaitable form of a magic is registered."""

Edit = tuple[int, int, int, str]
"""Line, first and last column in UTF-8 bytes, and the text that goes there."""

_RUNNERS: Final = frozenset({"run_line_magic", "run_cell_magic"})


class Rewriter:
    """An input transformer for one shell.

    Args:
        shell: The shell whose cells are transformed.
        names: Names of the magics, without ``%``.

    Example::

        rewriter = Rewriter(get_ipython(), {"asgi_receive"})
        get_ipython().input_transformers_post.append(rewriter)
    """

    has_side_effects = False
    """IPython asks this, because it may transform a cell more than once."""

    def __init__(self, shell: InteractiveShell, names: Collection[str]) -> None:
        self._shell = shell
        self._names = names

    def __call__(self, lines: list[str]) -> list[str]:
        """Rewrite the lines of a cell that IPython has already transformed."""
        top_level = _can_await_here(self._shell)
        source = "".join(lines)
        return self.rewrite(source, top_level=top_level).splitlines(keepends=True)

    def rewrite(self, source: str, *, top_level: bool) -> str:
        """Rewrite one cell.

        Args:
            source: The cell, as IPython's own transformers leave it.
            top_level: Whether ``await`` can stand outside of functions as well;
                inside of ``async def`` it always can.
        """
        if not any(name in source for name in self._names):
            return source
        try:
            flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            tree = compile(source, "<cell>", "exec", flags, dont_inherit=True)
        except (SyntaxError, ValueError):
            return source  # Python itself will say what is wrong with it.
        found = _Calls(self._names, top_level=top_level)
        found.visit(tree)
        return _edited(source, found.edits)


class _Calls(ast.NodeVisitor):
    """Collects the calls that may be awaited, as edits of the source."""

    def __init__(self, names: Collection[str], *, top_level: bool) -> None:
        self.edits: list[Edit] = []
        self._names = names
        self._awaitable = top_level

    def visit_Call(self, node: ast.Call) -> None:
        if self._awaitable and (name := self._name(node)) is not None:
            start, end = node.col_offset, node.end_col_offset or 0
            self.edits += [
                (node.lineno, start, start, "(await "),
                _renamed(name),
                (node.end_lineno or 0, end, end, ")"),
            ]
        self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._within(node, awaitable=True)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._within(node, awaitable=False)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._within(node, awaitable=False)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._within(node, awaitable=False)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        self._within(node, awaitable=False)

    def _within(self, node: ast.AST, *, awaitable: bool) -> None:
        outside, self._awaitable = self._awaitable, awaitable
        self.generic_visit(node)
        self._awaitable = outside

    def _name(self, node: ast.Call) -> ast.Constant | None:
        """Return the magic's name in ``get_ipython().run_line_magic(name, ...)``."""
        match node:
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Call(func=ast.Name(id="get_ipython")), attr=runner
                ),
                args=[ast.Constant(value=str() as name) as constant, *_],
            ) if runner in _RUNNERS and name in self._names:
                return constant
        return None


def _renamed(name: ast.Constant) -> Edit:
    awaited = repr(AWAITED + str(name.value))
    return name.lineno, name.col_offset, name.end_col_offset or 0, awaited


def _edited(source: str, edits: list[Edit]) -> str:
    # Columns count UTF-8 bytes, and bytes know no line end but Python's own.
    lines = source.encode().splitlines(keepends=True)
    # From the end backwards, so that no edit moves another.
    for number, start, end, text in sorted(edits, reverse=True):
        line = lines[number - 1]
        lines[number - 1] = line[:start] + text.encode() + line[end:]
    return b"".join(lines).decode()


def _can_await_here(shell: InteractiveShell) -> bool:
    """Tell whether ``await`` can stand at the top level of the cell at hand.

    Without a running loop (terminal IPython between two prompts, a plain
    script) nothing would stand still while a magic blocks, and blocking is the
    form that Ctrl-C always ends at once.
    """
    if not shell.autoawait:
        return False
    if shell.loop_runner is not shell.loop_runner_map["asyncio"][0]:
        return False
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return not _inside_of_a_cell()


def _inside_of_a_cell() -> bool:
    """Tell whether user code runs below us on this stack.

    Then a magic asked for the transformation (``%%time``, ``%%capture``,
    ``ip.run_cell``), and the ``exec()`` of those cannot take an ``await``.
    """
    code = InteractiveShell.run_code.__code__
    return any(frame.f_code is code for frame in _stack())


def _stack() -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        yield frame
        frame = frame.f_back
