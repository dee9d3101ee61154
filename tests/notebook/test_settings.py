"""What %config AsgiLab shows and sets."""

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets import TraitError

from asgilab.errors import NoOutput
from asgilab.notebook._laboratory import Laboratory
from tests.notebook.conftest import Magic


def test_defaults_are_set_with_config(
    bare: InteractiveShell, laboratory: Laboratory
) -> None:
    bare.run_line_magic("config", "AsgiLab.timeout = 2.5")
    assert laboratory.settings.timeout == 2.5
    assert laboratory.patience == 2.5


def test_a_default_is_used_by_the_magics(magic: Magic, bare: InteractiveShell) -> None:
    magic("connect", "/ws/ --as bob")
    bare.run_line_magic("config", "AsgiLab.timeout = 0.015")
    with pytest.raises(NoOutput, match=r"0\.015 s"):
        magic("receive", "bob")


def test_the_help_explains_each_setting(
    bare: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    bare.run_line_magic("config", "AsgiLab")
    text = capsys.readouterr().out
    for name in (
        "timeout",
        "silence",
        "loop",
        "clock",
        "lifespan",
        "database",
        "redact",
    ):
        assert f"AsgiLab.{name}" in text


def test_redaction_is_switched_off_and_on_again(
    magic: Magic, bare: InteractiveShell, laboratory: Laboratory
) -> None:
    magic("connect", "/ws/ --as bob")
    bare.run_line_magic("config", "AsgiLab.redact = False")
    assert "t0ps3cret" in repr(magic("send", 'bob {"token": "t0ps3cret"}'))
    magic("reset")
    assert laboratory.lab.session.redact is None
    bare.run_line_magic("config", "AsgiLab.redact = True")
    magic("connect", "/ws/ --as bob")
    assert "t0ps3cret" not in repr(magic("send", 'bob {"token": "t0ps3cret"}'))


def test_names_of_ones_own_are_taken_for_secrets(
    magic: Magic, bare: InteractiveShell
) -> None:
    bare.run_line_magic("config", "AsgiLab.secret_names = ['pin']")
    try:
        magic("connect", "/ws/ --as bob")
        sent = repr(magic("send", 'bob {"userPin": "t0ps3cret", "pinned": "yes"}'))
    finally:
        bare.run_line_magic("config", "AsgiLab.secret_names = []")
    assert "t0ps3cret" not in sent
    assert "yes" in sent


@pytest.mark.parametrize(
    "setting", ["timeout = -1", "loop = 'other'", "clock = 'sundial'"]
)
def test_an_impossible_value_is_refused(laboratory: Laboratory, setting: str) -> None:
    name, _, value = setting.partition(" = ")
    with pytest.raises(TraitError):
        setattr(laboratory.settings, name, eval(value))
