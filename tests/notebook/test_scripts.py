"""A file of magics, run in a terminal, prints what they tell."""

from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

SCRIPT = """
%asgi_app rooms:application
%asgi_connect /ws/ --as bob
%asgi_send bob {"n": 1}
got = %asgi_receive bob
%asgi_timeline
%asgi_disconnect
"""


@pytest.fixture
def script(tmp_path: Path) -> str:
    file = tmp_path / "talk.ipy"
    file.write_text(SCRIPT)
    return str(file)


def test_a_script_prints_the_cards_of_its_magics(
    bare: InteractiveShell, script: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bare.safe_execfile_ipy(script, raise_exceptions=True)
    out = capsys.readouterr().out
    assert "bob is connected to /ws/" in out
    assert "websocket.accept" in out
    assert "Disconnected: bob" in out
    assert "'n': 1" not in out
    assert bare.user_ns["got"] == {"n": 1}


def test_a_cell_prints_no_card_twice(
    bare: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    bare.run_cell("%asgi_app rooms:application")
    assert capsys.readouterr().out.count("is ready") == 1


def test_a_kernel_that_runs_something_silently_prints_nothing(
    bare: InteractiveShell,
    script: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bare, "kernel", object(), raising=False)
    bare.safe_execfile_ipy(script, raise_exceptions=True)
    assert "bob" not in capsys.readouterr().out
