"""Every check that a line silences says why, on that line."""

import io
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(
    path
    for folder in ("asgilab", "tests", "docs")
    for path in (ROOT / folder).rglob("*.py")
)
SILENCED = re.compile(
    r"#\s*(?:type:\s*ignore(?:\[[^\]]*\])?|noqa(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?)"
)


def silenced_without_reason(source: str) -> list[str]:
    """Return the lines that silence a check and say nothing of why."""
    return [
        f"line {token.start[0]}: {found[0]}"
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
        for found in SILENCED.finditer(token.string)
        if not re.search(r"[a-z]{2}", SILENCED.sub("", token.string))
    ]


@pytest.mark.parametrize(
    ("comment", "bare"),
    [
        ("type: ignore[arg-type]", True),
        ("noqa: E402", True),
        ("noqa", True),
        ("type: ignore[arg-type]  # noqa: E402", True),
        ("type: ignore[arg-type]  # what a caller may pass all the same", False),
        ("noqa: E402  # Django has to be set up first", False),
        ("a comment", False),
    ],
)
def test_a_silenced_check_is_seen_where_nothing_says_why(
    comment: str, *, bare: bool
) -> None:
    assert bool(silenced_without_reason(f"work()  # {comment}\n")) is bare


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_silenced_check_says_why(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert silenced_without_reason(source) == []
