"""The magics replay, diff and fork."""

from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from asgilab.errors import UsageError
from asgilab.notebook._laboratory import Laboratory
from tests.notebook.conftest import Magic


@pytest.fixture
def bob(magic: Magic) -> Magic:
    """The magics, with bob who has heard his own words."""
    magic("connect", "/ws/ --as bob")
    magic("send", 'bob "one"')
    magic("receive", "bob")
    return magic


def test_a_replay_of_the_same_application_does_not_differ(
    bob: Magic, laboratory: Laboratory
) -> None:
    before = len(laboratory.lab.session)
    replayed = bob("replay")
    assert replayed
    assert "no difference" in repr(replayed)
    assert [e.type for e in replayed.session[:4]] == [
        e.type for e in laboratory.lab.session[:4]
    ]
    assert len(laboratory.lab.session) == before


def test_sessions_are_laid_side_by_side(
    bob: Magic, bare: InteractiveShell, tmp_path: Path
) -> None:
    file = tmp_path / "one.asgilab.jsonl"
    bob("save", f"'{file}'")
    assert bob("diff", f"'{file}'")
    bob("send", 'bob "two"')
    parted = bob("diff", f"'{file}'")
    assert not parted
    assert "'text': 'two'" in repr(parted)
    bob("load", f"'{file}' --as first")
    assert bob("diff", f"first '{file}'")
    assert bob("replay", "first")
    with pytest.raises(UsageError, match="no session to read at nosuch"):
        bob("diff", "nosuch")
