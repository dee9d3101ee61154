"""The magic that runs a whole cell on the lab's loop.

What a cell does there needs no crossing, and tasks that it starts live beside
the application's own.
"""

import ast
import inspect
from types import CodeType
from typing import Any, Final

from asgilab.notebook._laboratory import Laboratory
from asgilab.notebook._magic import Call, asgi_magic

_AWAIT: Final = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


@asgi_magic("cell")
async def asgi_await(laboratory: Laboratory, call: Call) -> Any:
    """Run the cell's code on the lab's loop, where the application lives.

    ``await`` can be used at its top level; the value of a last expression is
    the result. Variables are the notebook's own.
    """
    shell = laboratory.shell
    cell = call.cell or ""
    source = laboratory.rewrite(shell.transform_cell(cell))
    name = str(shell.compile.cache(source, shell.execution_count, raw_code=cell))
    body, last = _compile(source, name)
    result = await laboratory.on_lab(_execute(body, last, shell.user_ns))
    return None if cell.rstrip().endswith(";") else result


def _compile(source: str, name: str) -> tuple[CodeType, CodeType | None]:
    """Compile a cell, its last expression apart from the rest."""
    tree = compile(source, name, "exec", ast.PyCF_ONLY_AST | _AWAIT, dont_inherit=True)
    last: CodeType | None = None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        expression = ast.Expression(tree.body.pop().value)
        last = compile(expression, name, "eval", _AWAIT, dont_inherit=True)
    return compile(tree, name, "exec", _AWAIT, dont_inherit=True), last


async def _execute(
    body: CodeType, last: CodeType | None, variables: dict[str, Any]
) -> Any:
    await _run(body, variables)
    return None if last is None else await _run(last, variables)


async def _run(code: CodeType, variables: dict[str, Any]) -> Any:
    result = eval(code, variables)
    return await result if code.co_flags & inspect.CO_COROUTINE else result
