"""The magic that runs a cell on the lab's loop."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

from asgilab.errors import WrongLoop
from asgilab.notebook._laboratory import Laboratory
from tests.notebook.conftest import Magic


def test_the_code_runs_on_the_labs_loop_with_the_notebooks_variables(
    magic: Magic, bare: InteractiveShell, laboratory: Laboratory
) -> None:
    bare.user_ns["n"] = 20
    value = magic(
        "await",
        "",
        "import asyncio\nawait asyncio.sleep(0)\n"
        "there = asyncio.get_running_loop()\nn += 1\nn * 2\n",
    )
    assert value == 42
    assert bare.user_ns["there"] is laboratory.loop
    assert bare.user_ns["n"] == 21


def test_an_awaited_last_expression_is_the_result(magic: Magic) -> None:
    magic("connect", "/ws/ --as bob")
    cell = "await bob.send_to(text_data='x')\nawait bob.receive_from()\n"
    assert magic("await", "", cell) == "x"
    assert magic("await", "", "1 + 1;") is None
    assert magic("await", "", "x = 1\n") is None


def test_magics_in_the_cell_are_awaited_there(magic: Magic) -> None:
    magic("connect", "/ws/ --as bob")
    cell = "%asgi_send bob {'n': 1}\nr = %asgi_receive bob\nr\n"
    assert magic("await", "", cell) == {"n": 1}


def test_a_magic_that_would_block_the_loop_is_refused(magic: Magic) -> None:
    magic("connect", "/ws/ --as bob")
    with pytest.raises(WrongLoop, match="use await there"):
        magic("await", "", "def f():\n    %asgi_receive bob\nf()\n")


def test_an_error_of_the_code_comes_out_with_its_own_lines(
    magic: Magic, bare: InteractiveShell
) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        magic("await", "", "def wrong():\n    return 1 / 0\nwrong()\n")
    lines = caught.value._render_traceback_()  # type: ignore[attr-defined]  # IPython's, set at run time
    assert "return 1 / 0" in "\n".join(lines)
    assert "asgilab" not in "\n".join(lines[:-1]).replace("<ipython-input", "")


def test_wrong_syntax_is_pythons_own_error(magic: Magic) -> None:
    with pytest.raises(SyntaxError):
        magic("await", "", "if:\n")
