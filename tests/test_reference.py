"""The reference pages say what the code says, and leave nothing out."""

import pytest

from asgilab.notebook._magics import MAGICS
from tests.reference_pages import FOLDER, PAGES


@pytest.mark.parametrize("file", PAGES)
def test_a_reference_page_is_what_the_code_says(file: str) -> None:
    written = (FOLDER / file).read_text("utf-8")
    assert written == PAGES[file](), "python -m tests.reference_pages writes it anew"


@pytest.mark.parametrize("magic", MAGICS.values(), ids=MAGICS)
def test_every_argument_of_a_magic_is_explained(magic: object) -> None:
    parser = magic.parser  # type: ignore[attr-defined]  # IPython's decorator sets it
    assert parser.description
    assert all(action.help for action in parser._actions)


def test_the_pages_have_every_kind_of_thing() -> None:
    assert "## `%asgi_send` `%%asgi_send`" in PAGES["magics.md"]()
    assert "## `asgilab replay`" in PAGES["command-line.md"]()
    plugin = PAGES["pytest-plugin.md"]()
    for name in ("Fixture `asgi_lab`", "Fixture `asgi_live_server`", "`asgi_app`"):
        assert name in plugin
    assert "## Marker `asgi(" in plugin
