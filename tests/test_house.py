"""Every test asserts in its own body, and every silenced check says why.

Both are read from the source, so they hold for tests that other processes run too.
A test that only calls something is green whatever that does; the assertion that
some function makes for it cannot be seen where it is read.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(
    path
    for folder in ("asgilab", "tests", "docs")
    for path in (ROOT / folder).rglob("*.py")
)
ASSERTING = re.compile(r"assert|expect|(raises|warns|fail|skip|skipTest)$")
"""What an asserting call is named: ``assertEqual``, ``expect``, ``pytest.raises``."""

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
NOTHING_RAISED = {
    "test_a_callable_that_hides_its_signature_is_believed": "the check raises",
    "test_a_very_short_secret_is_not_looked_for": "the check raises",
    "test_an_exception_that_takes_no_attribute_is_left_alone": "setting one raises",
    "test_no_failure_is_nothing_to_report": "a report raises or warns",
    "test_nothing_unseen_raises_nothing": "its name says it",
}
"""Tests of which it is the point that nothing is raised, and what would be."""

SILENCED = re.compile(
    r"#\s*(?:type:\s*ignore(?:\[[^\]]*\])?|noqa(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?)"
)


def own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """Yield what a function does itself, without what is defined in it."""
    for child in ast.iter_child_nodes(function):
        if not isinstance(child, SCOPES):
            yield child
            yield from own_nodes(child)


def asserts(function: ast.AST) -> bool:
    """Tell whether a function asserts, or a coroutine in it that it runs itself."""
    nodes = list(own_nodes(function))
    if any(map(is_assertion, nodes)):
        return True
    run = set(map(what_is_run, nodes))
    return any(
        isinstance(each, ast.AsyncFunctionDef) and each.name in run and asserts(each)
        for each in ast.iter_child_nodes(function)
    )


def what_is_run(node: ast.AST) -> str:
    """Return the coroutine function of ``main()`` and ``run(loop, main)``, or ""."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return ""
    if node.func.id == "run" and isinstance(node.args[-1], ast.Name):
        return node.args[-1].id
    return node.func.id


def is_assertion(node: ast.AST) -> bool:
    if isinstance(node, (ast.Assert, ast.Raise)):
        return True
    if not isinstance(node, ast.Call):
        return False
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    return ASSERTING.match(name) is not None


def without_assertion(source: str) -> list[str]:
    """Return the tests of a file, inner ones too, in whose body nothing is asserted."""
    return [
        f"line {node.lineno}: {node.name}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and node.name.startswith("test_")
        and node.name not in NOTHING_RAISED
        and not asserts(node)
    ]


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
    ("body", "asserting"),
    [
        ("assert work() == 1", True),
        ("with pytest.raises(ValueError):\n        work()", True),
        ("for each in work():\n        self.assertEqual(each, 1)", True),
        ("expect(page).to_have_text('hello')", True),
        ("async def main():\n        assert work()\n    run(loop, main)", True),
        ("async def main():\n        assert work()\n    asyncio.run(main())", True),
        ("async def app():\n        assert work()\n    get(app)", False),
        ("work()", False),
        ("def inner():\n        assert work()\n    inner()", False),
        ("failed_and_went_on()", False),
    ],
)
def test_an_assertion_is_seen_in_the_body_only(body: str, *, asserting: bool) -> None:
    found = without_assertion(f"def test_it(self):\n    {body}\n")
    assert found == ([] if asserting else ["line 1: test_it"])


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
def test_every_test_asserts_and_every_silenced_check_says_why(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert without_assertion(source) + silenced_without_reason(source) == []
