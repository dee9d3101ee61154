"""The page about pytest holds what it says: its examples are run as they stand."""

import re
from pathlib import Path

from tests.pytest_plugin.runs import run

PAGE = Path(__file__).parents[2] / "docs/howto/test-with-pytest.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAME = re.compile(r"# (test_\w+\.py)\n")


def blocks(language: str) -> list[str]:
    """Return the blocks of the page that are written in a language."""
    return [
        code
        for name, code in BLOCK.findall(PAGE.read_text("utf-8"))
        if name == language
    ]


def test_the_examples_pass(tmp_path: Path) -> None:
    (configuration,) = blocks("toml")
    files = {"pyproject.toml": configuration}
    for code in blocks("python"):
        name = NAME.match(code)
        assert name is not None, code
        files[name[1]] = code
    done = run(
        tmp_path,
        plugins=("asyncio", "django"),
        options=("-c", "pyproject.toml", "-W", "error"),
        files=files,
    )
    assert done.all_passed(5), done.output


def test_the_options_that_the_page_names_are_there() -> None:
    text = PAGE.read_text("utf-8")
    assert {"asgi_app", "asgi_sessions"} <= set(re.findall(r"`(asgi_\w+) = ", text))
