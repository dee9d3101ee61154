"""The magics in a real kernel, with cells queued back to back as Run All does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.notebook.kernels import Kernel, start_kernel

LOAD = "%load_ext asgilab\n%config AsgiLab.timeout = 5"
APP = "%asgi_app rooms:application"
QUICK = 0.4
"""Seconds within which an interrupt has to land."""


@pytest.fixture(scope="module")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with start_kernel(tmp_path_factory.mktemp("kernel")) as kernel:
        yield kernel


@pytest.fixture
def kernel(_running: Kernel) -> Kernel:
    """A kernel with the extension and an application, nothing connected."""
    cells = _running.run("%autoawait True", LOAD, APP, "%reload_ext asgilab", APP)
    assert [cell.status for cell in cells] == ["ok"] * 5, cells
    return _running


def connect(kernel: Kernel, *names: str) -> None:
    for name in names:
        assert kernel.one(f"%asgi_connect /ws/ --as {name}").status == "ok"


def test_cells_that_are_queued_all_at_once_all_finish(kernel: Kernel) -> None:
    cells = kernel.run(
        "%asgi_connect /ws/ --as alice",
        "%asgi_connect /ws/ --as bob",
        '%asgi_send alice {"n": 1}',
        "a = %asgi_receive alice",
        '%asgi_send bob {"n": 2}',
        "b = %asgi_receive bob",
        "for name in ('alice', 'bob'):\n    %asgi_nothing $name",
        "a, b",
        "await alice.send_to(text_data='x')\nawait alice.receive_from()",
        "%asgi_disconnect",
    )
    assert [cell.status for cell in cells] == ["ok"] * 10, cells
    assert cells[7].text == "({'n': 1}, {'n': 2})"
    assert cells[8].text == "'x'"


def test_a_result_shows_itself_as_text_and_as_html(kernel: Kernel) -> None:
    cell = kernel.one("%asgi_connect /ws/ --as alice")
    assert cell.text == "alice is connected to /ws/."
    assert "alice is connected" in cell.results[0]["text/html"]
    assert kernel.one("%asgi_disconnect alice;").results == []


WAYS = {
    "at the top level": "%asgi_receive bob",
    "in a function": "def f():\n    return %asgi_receive bob\nf()",
    "in a nested function": (
        "def f():\n    def g():\n        x = %asgi_receive bob\n        return x\n"
        "    return g()\nf()"
    ),
    "in an async function": (
        "async def f():\n    x = %asgi_receive bob\n    return x\nawait f()"
    ),
    "in a function of an async cell": (
        "import asyncio\nawait asyncio.sleep(0)\n"
        "def f():\n    x = %asgi_receive bob\n    return x\nf()"
    ),
    "under %%time": "%%time\nx = %asgi_receive bob\nx",
    "under %%capture": "%%capture\nx = %asgi_receive bob\nprint('seen')",
    "by hand": "get_ipython().run_line_magic('asgi_receive', 'bob')",
    "on the lab's loop": "%%asgi_await\nx = %asgi_receive bob\nx",
}
WAYS["in a function"] = "def f():\n    x = %asgi_receive bob\n    return x\nf()"


@pytest.mark.parametrize("way", WAYS)
def test_a_magic_works_wherever_it_stands(kernel: Kernel, way: str) -> None:
    connect(kernel, "bob")
    sent, received, after = kernel.run(
        '%asgi_send bob {"n": 7}', WAYS[way], "%asgi_nothing bob"
    )
    assert (sent.status, received.status, after.status) == ("ok", "ok", "ok"), received
    if way != "under %%capture":
        assert received.text == "{'n': 7}"


def test_a_magic_works_while_autoawait_is_off(kernel: Kernel) -> None:
    cells = kernel.run(
        "%autoawait False",
        "%asgi_connect /ws/ --as bob",
        '%asgi_send bob "plain"',
        "%asgi_receive bob",
        "%autoawait True",
    )
    assert [cell.status for cell in cells] == ["ok"] * 5, cells
    assert cells[3].text == "'plain'"


def test_asyncio_stays_as_it_is_while_no_loop_has_to_be_re_entered(
    kernel: Kernel,
) -> None:
    connect(kernel, "bob")
    cells = kernel.run(
        "%%time\n%asgi_nothing bob", "import sys\n'nest_asyncio2' in sys.modules"
    )
    assert cells[1].text == "False"


@pytest.mark.parametrize(
    "waiting",
    [
        "asyncio.get_running_loop().call_soon(print, 'waiting')\n{}",
        "def f():\n    print('waiting', flush=True)\n    {}\nf()",
        "await asyncio.sleep(0)\ndef f():\n    print('waiting')\n    {}\nf()",
    ],
    ids=["awaited", "blocking", "blocking in an async cell"],
)
def test_an_interrupt_lands_at_once_and_the_application_does_not_notice(
    kernel: Kernel, waiting: str
) -> None:
    connect(kernel, "bob")
    took: list[float] = []
    for _ in range(3):
        kernel.one('%asgi_send bob "later"' if not took else "pass")
        request = kernel.send(
            "import asyncio\n" + waiting.format("%asgi_receive bob --timeout 3600")
        )
        kernel.wait_for("waiting")
        cell, seconds = kernel.interrupt(request)
        assert cell.error.startswith("KeyboardInterrupt"), cell
        took.append(seconds)
    assert min(took) < QUICK, took
    cells = kernel.run(
        "%asgi_connect /ws/ --as carol",
        '%asgi_send carol "still here"',
        "%asgi_receive carol",
        "%asgi_status",
    )
    assert cells[2].text == "'still here'"
    (row,) = [line for line in cells[3].text.splitlines() if "bob" in line]
    assert "open" in row


def test_an_interrupt_ends_a_cell_that_awaits_a_connection_itself(
    kernel: Kernel,
) -> None:
    connect(kernel, "bob")
    kernel.one('%asgi_send bob "later"')
    request = kernel.send(
        "import asyncio\n"
        "asyncio.get_running_loop().call_soon(print, 'waiting')\n"
        "await bob.receive_from(timeout=3600)"
    )
    kernel.wait_for("waiting")
    cell, seconds = kernel.interrupt(request)
    assert cell.error.startswith("CancelledError")
    assert seconds < 5


def test_what_a_user_had_nested_before_does_no_harm(tmp_path: Path) -> None:
    with start_kernel(tmp_path) as kernel:
        cells = kernel.run(
            "import nest_asyncio2; nest_asyncio2.apply()",
            LOAD,
            APP,
            "%asgi_connect /ws/ --as bob",
            '%asgi_send bob "a"',
            "%%time\nx = %asgi_receive bob",
            '%asgi_send bob "b"',
            "y = %asgi_receive bob",
            "x, y",
        )
    assert [cell.status for cell in cells] == ["ok"] * 9, cells
    assert cells[8].text == "('a', 'b')"


def test_the_kernels_own_loop_can_be_the_labs(tmp_path: Path) -> None:
    with start_kernel(tmp_path) as kernel:
        cells = kernel.run(
            LOAD,
            f"{APP} --loop kernel",
            "import asyncio\nhere = asyncio.get_running_loop()",
            "%asgi_connect /ws/ --as bob",
            "bob.future.get_loop() is here",
            '%asgi_send bob "a"',
            "await bob.receive_from()",
            '%asgi_send bob "b"',
            "def f():\n    x = %asgi_receive bob\n    return x\nf()",
            "%asgi_nothing bob",
            "%asgi_disconnect",
        )
        assert [cell.status for cell in cells] == ["ok"] * 11, cells
        assert [cells[n].text for n in (4, 6, 8)] == ["True", "'a'", "'b'"]
        connect(kernel, "bob")
        kernel.one('%asgi_send bob "later"')
        request = kernel.send(
            "def f():\n    print('waiting', flush=True)\n"
            "    %asgi_receive bob --timeout 3600\nf()"
        )
        kernel.wait_for("waiting")
        cell, _ = kernel.interrupt(request)
        assert cell.error.startswith("KeyboardInterrupt")
        assert kernel.one("bob.future.done()").text == "False"


def test_an_error_in_one_magic_leaves_the_rest_alone(kernel: Kernel) -> None:
    connect(kernel, "alice", "bob")
    cells = kernel.run(
        "%asgi_receive nobody",
        "%asgi_send bob {nonsense",
        '%asgi_send bob "boom"',
        "%asgi_load /nowhere/at/all",
        "%asgi_connect",
        '%asgi_send alice "fine"',
        "%asgi_receive alice",
        stop_on_error=False,
    )
    assert [cell.status for cell in cells] == ["error"] * 5 + ["ok"] * 2, cells
    errors = [cell.error.partition(":")[0] for cell in cells[:4]]
    assert errors == ["UnknownConnection", "PayloadError", "LookupError", "UsageError"]
    assert cells[2].traceback.count("\n") < 12
    assert "rooms.py" in cells[2].traceback
    assert cells[6].text == "'fine'"


def test_the_extension_can_be_loaded_again_and_taken_out(kernel: Kernel) -> None:
    connect(kernel, "bob")
    cells = kernel.run(
        "%reload_ext asgilab",
        "'bob' in globals()",
        "%unload_ext asgilab",
        "%asgi_status",
        "ip = get_ipython()\n"
        "[n for k in ip.magics_manager.magics.values() for n in k if 'asgi' in n]",
        "[t for t in ip.input_transformers_post if 'asgilab' in str(type(t))], "
        "[c for c in ip.configurables if 'Asgi' in type(c).__name__]",
        "import threading\n[t.name for t in threading.enumerate() if 'asgi' in t.name]",
        "%load_ext asgilab",
        stop_on_error=False,
    )
    assert cells[1].text == "False"
    assert cells[3].status == "error" or "not found" in cells[3].stderr
    assert cells[4].text == "[]"
    assert cells[5].text == "([], [])"
    assert cells[6].text == "[]"
    assert cells[7].status == "ok"


def test_the_timeline_is_one_live_widget(kernel: Kernel) -> None:
    connect(kernel, "bob")
    cells = kernel.run("t = %asgi_timeline\nt", "u = %asgi_timeline\nt is u")
    assert "application/vnd.jupyter.widget-view+json" in cells[0].results[0]
    assert "websocket.accept" in cells[0].text
    assert cells[1].text == "True"
