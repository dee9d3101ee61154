"""Putting the magics into a shell, and taking them out."""

import re
import threading

import pytest
from IPython.core.interactiveshell import InteractiveShell

from asgilab.notebook import load_ipython_extension, unload_ipython_extension
from asgilab.notebook._magics import MAGICS
from asgilab.notebook._rewriting import AWAITED
from tests.notebook.conftest import Magic


def traces(shell: InteractiveShell) -> list[str]:
    """Return everything of ours that can be found in a shell."""
    magics = shell.magics_manager.magics.values()
    events = shell.events.callbacks.values()
    things = [
        *(name for kind in magics for name in kind if "asgi_" in name),
        *shell.input_transformers_post,
        *(callback for each in events for callback in each),
        *shell.configurables,
        *(matcher.matcher_identifier for matcher in shell.Completer.custom_matchers),
        *(name for name in vars(shell) if "asgilab" in name),
        *(each.name for each in threading.enumerate()),
    ]
    found = (re.sub("0x[0-9a-f]+", "", str(each)) for each in things)
    return [text for text in found if "asgi" in text.lower()]


def test_every_magic_is_there_under_both_of_its_names(bare: InteractiveShell) -> None:
    known = bare.magics_manager.magics
    for magic in MAGICS.values():
        for kind in magic.kinds:
            assert magic.name in known[kind]
            assert AWAITED + magic.name in known[kind]
    assert {"asgi_send", "asgi_http", "asgi_await"} <= set(known["cell"])


def test_nothing_is_left_after_unloading(shell: InteractiveShell) -> None:
    before = traces(shell)
    load_ipython_extension(shell)
    shell.run_line_magic("asgi_help", "")
    assert traces(shell) != before
    unload_ipython_extension(shell)
    assert traces(shell) == before


def test_unloading_stops_the_lab(magic: Magic, bare: InteractiveShell) -> None:
    magic("connect", "/ws/ --as bob")
    bob = bare.user_ns["bob"]
    unload_ipython_extension(bare)
    assert bob.future.done()
    assert "bob" not in bare.user_ns
    assert not [each for each in threading.enumerate() if each.name == "asgilab"]


def test_loading_twice_is_loading_once(bare: InteractiveShell) -> None:
    before = traces(bare)
    load_ipython_extension(bare)
    assert traces(bare) == before


def test_unloading_what_was_never_loaded_does_no_harm(
    shell: InteractiveShell,
) -> None:
    before = traces(shell)
    unload_ipython_extension(shell)
    assert traces(shell) == before


def test_every_magic_explains_itself(bare: InteractiveShell) -> None:
    for magic in MAGICS.values():
        found = bare.object_inspect(
            ("%%" if "line" not in magic.kinds else "%") + magic.name
        )
        assert found["found"]
        assert f"%{magic.name}" in found["docstring"]
        assert magic.summary.endswith(".")


@pytest.mark.parametrize(
    "way",
    [
        "r = %asgi_receive bob",
        "def f():\n    x = %asgi_receive bob\n    return x\nr = f()",
        "async def f():\n    x = %asgi_receive bob\n    return x\nr = await f()",
        "%%time\nr = %asgi_receive bob",
        "%%capture\nr = %asgi_receive bob",
    ],
)
def test_a_magic_works_in_a_terminals_cells(
    magic: Magic, bare: InteractiveShell, way: str
) -> None:
    magic("connect", "/ws/ --as bob")
    magic("send", 'bob {"n": 1}')
    bare.run_cell(way).raise_error()
    assert bare.user_ns["r"] == {"n": 1}
