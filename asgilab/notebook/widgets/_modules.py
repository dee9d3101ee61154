"""The JavaScript files of a widget as the one module that anywidget takes.

The files stay ordinary ES modules that import each other by relative paths, so
that node and a browser's debugger read them as they stand, and a vendored file
is one of them. Nothing is built: their sources travel, packed but unchanged,
in ``loader.js``, which hands them to the browser one by one. They are packed
because Jupyter sends the module with each widget, and may save it in the
notebook.
"""

import base64
import gzip
import hashlib
import json
import re
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent

_IMPORT: Final = re.compile(r'from "(\./[\w./-]+)"')


def compose(entry: str) -> str:
    """Return the module to give to anywidget.

    Args:
        entry: File name of the module whose default export the widget is.
    """
    sources = collect(entry)
    packed = gzip.compress(json.dumps(sources).encode(), mtime=0)
    text = base64.b64encode(packed).decode()
    loader = (FOLDER / "loader.js").read_text("utf-8")
    named = loader.replace("{{name}}", hashlib.sha256(packed).hexdigest()[:16])
    return named.replace("{{packed}}", text)


def collect(entry: str) -> list[tuple[str, str]]:
    """Return paths and sources, each module after all that it imports."""
    sources: dict[str, str] = {}
    _collect(f"./{entry}", sources)
    return list(sources.items())


def _collect(path: str, sources: dict[str, str]) -> None:
    text = (FOLDER / path).read_text("utf-8")
    for imported in _IMPORT.findall(text):
        if imported not in sources:
            _collect(imported, sources)
    sources[path] = text
