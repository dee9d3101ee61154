"""Writes the reference pages of the magics, the commands and the pytest plugin.

``python -m tests.reference_pages`` writes them anew; a test compares them with
what the code says.
"""

import argparse
import inspect
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from asgilab import pytest_plugin
from asgilab.cli._main import _parser
from asgilab.notebook._magics import MAGICS
from asgilab.notebook._settings import AsgiLab

FOLDER: Final = Path(__file__).parents[1] / "docs/reference"
_WRITTEN: Final = "*Written from the code by `python -m tests.reference_pages`.*"


def magics() -> str:
    """Return the page of the magics and of their settings."""
    lines = ["# Magics", "", "`%load_ext asgilab` makes them known.", _WRITTEN]
    for magic in MAGICS.values():
        names = (f"`{'%' * (1 + (k == 'cell'))}{magic.name}`" for k in magic.kinds)
        lines += ["", f"## {' '.join(names)}", "", *_prose(magic.parser.description)]
        lines += _arguments(magic.parser)
    lines += ["", "## Settings", "", "`%config AsgiLab.timeout = 2.5` sets one.", ""]
    traits = AsgiLab.class_own_traits(config=True).items()
    rows = ((f"`{n}`", f"{t.help} Default: `{t.default()!r}`.") for n, t in traits)
    return _page([*lines, *_table("setting", rows)])


def commands() -> str:
    """Return the page of the command line."""
    lines = ["# Command line", "", _WRITTEN]
    (group,) = (a for a in _parser()._actions if a.dest == "==SUPPRESS==" or a.choices)
    summaries = {each.dest: each.help for each in group._choices_actions}  # type: ignore[attr-defined]  # argparse's own, but the only way to them
    choices: Any = group.choices
    for name, parser in choices.items():
        lines += ["", f"## `asgilab {name}`", "", f"{_sentence(summaries[name])}"]
        lines += _arguments(parser)
    return _page(lines)


def plugin() -> str:
    """Return the page of the pytest plugin."""
    lines = ["# pytest plugin", "", _WRITTEN]
    lines += ["", "[Test with pytest](../howto/test-with-pytest.md) shows it at work."]
    for name in _fixtures():
        lines += ["", f"## Fixture `{name}`", ""]
        lines += _prose(inspect.getdoc(getattr(pytest_plugin, name)))
    options: dict[str, str] = {}
    parser: Any = SimpleNamespace(addini=lambda n, text, **_: options.update({n: text}))
    pytest_plugin.pytest_addoption(parser)
    lines += ["", "## Options of the configuration file", ""]
    lines += _table("option", ((f"`{n}`", t) for n, t in options.items()))
    markers: list[str] = []
    config: Any = SimpleNamespace(
        addinivalue_line=lambda _, text: markers.append(text), getini=lambda _: ""
    )
    pytest_plugin.pytest_configure(config)
    for marker in markers:
        usage, _, text = marker.partition(": ")
        lines += ["", f"## Marker `{usage}`", "", _sentence(text)]
    return _page(lines)


PAGES: Final[dict[str, Callable[[], str]]] = {
    "magics.md": magics,
    "command-line.md": commands,
    "pytest-plugin.md": plugin,
}


def _fixtures() -> list[str]:
    return [name for name in pytest_plugin.__all__ if name.startswith("asgi_")]


def _prose(text: str | None) -> Iterator[str]:
    """Yield a docstring, with what looks like a placeholder of Markdown escaped."""
    for line in inspect.cleandoc(text or "").splitlines():
        yield line.replace("``", "`").replace("<", "&lt;").rstrip()


def _arguments(parser: argparse.ArgumentParser) -> list[str]:
    found = [each for each in parser._actions if each.dest != "help"]
    rows = ((_usage(each), _meaning(each)) for each in found)
    return ["", *_table("argument", rows)] if found else []


def _usage(action: argparse.Action) -> str:
    metavar = action.metavar or action.dest.upper()
    if not action.option_strings:
        name = action.metavar or action.dest
        return f"`{name}`" if action.nargs is None else f"`[{name}]`"
    takes = "" if action.nargs == 0 else f" {metavar}"
    return ", ".join(f"`{option}{takes}`" for option in action.option_strings)


def _meaning(action: argparse.Action) -> str:
    text = (action.help or "") % {"default": action.default}
    if action.choices:
        text += f" (one of {', '.join(f'`{each}`' for each in action.choices)})"
    return " ".join(text.split())


def _sentence(text: str | None) -> str:
    text = " ".join((text or "").split())
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _table(head: str, rows: Iterable[tuple[str, str]]) -> list[str]:
    cells = (f"| {one.replace('|', '/')} | {two} |" for one, two in rows)
    return [f"| {head} | what it is |", "| --- | --- |", *cells]


def _page(lines: Iterable[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    for file, page in PAGES.items():
        (FOLDER / file).write_text(page(), encoding="utf-8")
