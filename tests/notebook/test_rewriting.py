"""Turning the magics of a cell into awaits."""

import asyncio
import textwrap

import pytest
from IPython.core.interactiveshell import InteractiveShell

from asgilab.notebook._rewriting import Rewriter


@pytest.fixture
def rewriter(shell: InteractiveShell) -> Rewriter:
    return Rewriter(shell, {"asgi_send", "asgi_receive"})


def rewritten(rewriter: Rewriter, cell: str, *, top_level: bool = True) -> str:
    shell = rewriter._shell
    source = shell.input_transformer_manager.transform_cell(textwrap.dedent(cell))
    return rewriter.rewrite(source, top_level=top_level)


def test_a_magic_at_the_top_level_is_awaited(rewriter: Rewriter) -> None:
    assert rewritten(rewriter, "%asgi_receive bob\n") == (
        "(await get_ipython().run_line_magic('_await_asgi_receive', 'bob'))\n"
    )


def test_an_assignment_and_a_loop_body_are_awaited(rewriter: Rewriter) -> None:
    cell = """
        r = %asgi_receive bob
        for n in range(3):
            %asgi_send alice {"n": n}
    """
    result = rewritten(rewriter, cell)
    assert "r = (await get_ipython()" in result
    assert "    (await get_ipython().run_line_magic('_await_asgi_send'," in result
    assert result.count("await ") == 2


def test_a_cell_magic_is_awaited(rewriter: Rewriter) -> None:
    assert rewritten(rewriter, "%%asgi_send alice\n{'a': 1}") == (
        "(await get_ipython().run_cell_magic('_await_asgi_send', 'alice',"
        " \"{'a': 1}\\n\"))\n"
    )


def test_text_before_a_magic_may_be_longer_in_bytes_than_in_characters(
    rewriter: Rewriter,
) -> None:
    source = "grüße = ['ž\x0c', get_ipython().run_line_magic('asgi_receive', 'bøb')]\n"
    assert rewriter.rewrite(source, top_level=True) == (
        "grüße = ['ž\x0c', "
        "(await get_ipython().run_line_magic('_await_asgi_receive', 'bøb'))]\n"
    )


def test_unusual_line_breaks_inside_of_a_string_do_not_shift_the_edit(
    rewriter: Rewriter,
) -> None:
    source = "a = '\u2028'\nget_ipython().run_line_magic('asgi_receive', 'bob')\n"
    assert rewriter.rewrite(source, top_level=True) == (
        "a = '\u2028'\n"
        "(await get_ipython().run_line_magic('_await_asgi_receive', 'bob'))\n"
    )


@pytest.mark.parametrize(
    "cell",
    [
        "def f():\n    %asgi_receive bob\n",
        "async def f():\n    def g():\n        %asgi_receive bob\n",
        "class C:\n    %asgi_receive bob\n",
        "f = lambda: get_ipython().run_line_magic('asgi_receive', 'bob')\n",
        "g = (get_ipython().run_line_magic('asgi_receive', n) for n in names)\n",
        "%%time\n%asgi_receive bob\n",
        "%other_receive bob\n",
        "shell.run_line_magic('asgi_receive', 'bob')\n",
        "print('asgi_receive')\n",
    ],
)
def test_where_await_cannot_stand_nothing_changes(
    rewriter: Rewriter, cell: str
) -> None:
    assert "await" not in rewritten(rewriter, cell)


def test_an_async_function_awaits_even_where_the_top_level_cannot(
    rewriter: Rewriter,
) -> None:
    cell = "async def f():\n    %asgi_receive bob\n%asgi_receive alice\n"
    result = rewritten(rewriter, cell, top_level=False)
    assert "    (await get_ipython()" in result
    assert "\nget_ipython().run_line_magic('asgi_receive', 'alice')" in result


def test_broken_python_is_left_for_python_to_complain_about(
    rewriter: Rewriter,
) -> None:
    source = "get_ipython().run_line_magic('asgi_receive', 'bob')\nif:\n"
    assert rewriter.rewrite(source, top_level=True) == source


MAGIC = ["get_ipython().run_line_magic('asgi_receive', 'bob')\n"]


async def test_the_top_level_awaits_where_a_loop_runs(rewriter: Rewriter) -> None:
    assert "(await " in rewriter(MAGIC)[0]


def test_the_top_level_blocks_where_no_loop_runs(rewriter: Rewriter) -> None:
    assert rewriter(MAGIC) == MAGIC


async def test_the_top_level_blocks_while_autoawait_is_off(
    rewriter: Rewriter, shell: InteractiveShell
) -> None:
    shell.autoawait = False
    try:
        assert rewriter(MAGIC) == MAGIC
    finally:
        shell.autoawait = True


async def test_the_top_level_blocks_under_the_runner_of_another_library(
    rewriter: Rewriter, shell: InteractiveShell
) -> None:
    usual = shell.loop_runner
    shell.loop_runner = "sync"
    try:
        assert rewriter(MAGIC) == MAGIC
    finally:
        shell.loop_runner = usual
        shell.autoawait = True  # the runner's name had switched it off


async def test_a_cell_run_by_a_cell_blocks(
    rewriter: Rewriter, shell: InteractiveShell
) -> None:
    shell.user_ns["transform"] = lambda: rewriter(MAGIC)
    result = await shell.run_cell_async(
        "inner = transform()", transformed_cell="inner = transform()"
    )
    result.raise_error()
    assert shell.user_ns["inner"] == MAGIC
    await asyncio.sleep(0)
