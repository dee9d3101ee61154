"""The JavaScript files of a widget as the one module that anywidget takes.

The files stay ordinary ES modules that import each other by relative paths, so
that node and a browser's debugger read them as they stand. Nothing is built:
their sources are put, unchanged, into ``loader.js``, which hands them to the
browser one by one.
"""

import json
import re
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
LIBRARIES: Final = {"json-formatter": FOLDER / "vendor" / "json-formatter.mjs"}
"""Vendored files that a view asks for when it first needs them."""

_IMPORT: Final = re.compile(r'from "(\./[\w-]+\.js)"')
_PLACE: Final = "/* sources */ []"


def compose(entry: str) -> str:
    """Return the module to give to anywidget.

    Args:
        entry: File name of the module whose default export the widget is.
    """
    sources: dict[str, str] = {}
    _collect(f"./{entry}", sources)
    loader = (FOLDER / "loader.js").read_text("utf-8")
    return loader.replace(_PLACE, json.dumps(list(sources.items()), ensure_ascii=False))


def library(name: str) -> bytes:
    """Return the source of a vendored library.

    Raises:
        KeyError: There is none of this name.
    """
    return LIBRARIES[name].read_bytes()


def _collect(path: str, sources: dict[str, str]) -> None:
    """Put a module into ``sources``, after all that it imports."""
    if path in sources:
        return
    text = (FOLDER / path).read_text("utf-8")
    for imported in _IMPORT.findall(text):
        _collect(imported, sources)
    sources[path] = text
