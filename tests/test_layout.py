"""The shape of the tree: where files stand, how long they are, what they are called.

Every rule here can be stated in one sentence and checked without importing
anything. The floors, which need imports, are checked in test_floors.py.
"""

import ast
import fnmatch
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "asgilab"
EXAMPLE = PACKAGE / "example"
LONGEST = 400

ALLOWED_AT_THE_TOP = {
    ".ci",
    ".editorconfig",
    ".git",
    ".github",
    ".gitignore",
    ".pre-commit-config.yaml",
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "asgilab",
    "docs",
    "environment.yml",
    "notebooks",
    "pyproject.toml",
    "tests",
}

# Words that say nothing about what a thing is.
BANNED = {"base", "data", "handler", "helper", "info", "manager", "util", "utility"}

# Modules without a test file of their own, and why.
UNTESTED = {
    "__init__.py": "tests/test_exports.py covers what a package hands out",
    "__main__.py": "one line that calls asgilab.cli.main",
    "types.py": "type aliases, which mypy checks and nothing runs",
}


def files(*folders: Path, suffixes: tuple[str, ...]) -> Iterator[Path]:
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in suffixes and "vendor" not in path.parts:
                yield path


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def own_modules() -> list[Path]:
    """Return the package's modules; the example project is a user's, not ours."""
    found = files(PACKAGE, suffixes=(".py",))
    return [path for path in found if EXAMPLE not in path.parents]


def mirror_of(module: Path) -> Path:
    """Return where the test of a module belongs."""
    folder = ROOT / "tests" / module.parent.relative_to(PACKAGE)
    return folder / f"test_{module.stem.removeprefix('_')}.py"


def written_files() -> list[Path]:
    """Return all source that somebody wrote: no vendored file, no migration."""
    found = files(
        PACKAGE, ROOT / "tests", ROOT / "docs", suffixes=(".py", ".js", ".css")
    )
    return [path for path in found if "migrations" not in path.parts]


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def has_beginning(path: Path) -> bool:
    """Tell whether a docstring, or a comment in JS and CSS, opens the file.

    An empty ``__init__.py`` needs none, and the example's assets are a user's.
    """
    if path.suffix == ".py":
        return bool(ast.get_docstring(parsed(path))) or not path.stat().st_size
    opened = path.read_text("utf-8").startswith(("/*", "//"))
    return opened or EXAMPLE in path.parents


def words(name: str) -> set[str]:
    """Split ``load_HTTPThings`` into lower-case words, plurals made singular."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)
    lowered = {part.lower() for part in parts}
    return lowered | {word.removesuffix("s") for word in lowered}


def public_names(tree: ast.Module) -> Iterator[str]:
    """Yield the names of public classes and functions, methods included."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and (
            not node.name.startswith("_")
        ):
            yield node.name


def expect_none(found: Iterable[str]) -> None:
    """Fail with one line for each thing that was found."""
    if lines := list(found):
        pytest.fail("\n".join(lines), pytrace=False)


def test_every_module_has_its_test_file_at_the_same_place() -> None:
    expect_none(
        f"{relative(module)} has no {relative(mirror_of(module))}"
        for module in own_modules()
        if module.name not in UNTESTED and not mirror_of(module).exists()
    )


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    lengths = {
        path: len(path.read_text("utf-8").splitlines()) for path in written_files()
    }
    expect_none(
        f"{relative(path)} has {length} lines, over {LONGEST}"
        for path, length in lengths.items()
        if length > LONGEST
    )


def test_every_file_begins_by_saying_what_lives_in_it() -> None:
    expect_none(relative(path) for path in written_files() if not has_beginning(path))


def test_no_module_class_or_function_has_a_name_that_says_nothing() -> None:
    expect_none(
        f"{relative(module)}: {name}"
        for module in own_modules()
        for name in [module.stem, *public_names(parsed(module))]
        if words(name) & BANNED
    )


def test_every_folder_with_modules_is_a_package() -> None:
    """A folder without ``__init__.py`` would be invisible to lint-imports."""
    folders = {module.parent for module in own_modules()}
    expect_none(
        f"{relative(folder)} has no __init__.py"
        for folder in sorted(folders)
        if not (folder / "__init__.py").exists()
    )


def test_the_example_is_a_users_project_and_imports_nothing_of_asgilab() -> None:
    pattern = re.compile(r"^\s*(from|import) asgilab\b", re.MULTILINE)
    expect_none(
        relative(path)
        for path in files(EXAMPLE / "chat", suffixes=(".py",))
        if pattern.search(path.read_text("utf-8"))
    )


def test_the_top_of_the_repository_holds_only_the_allowed_names() -> None:
    lines = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    ignored = [line.strip("/") for line in lines if line and not line.startswith("#")]
    expect_none(
        path.name
        for path in ROOT.iterdir()
        if path.name not in ALLOWED_AT_THE_TOP
        and not any(fnmatch.fnmatch(path.name, pattern) for pattern in ignored)
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ConnectionManager", {"manager"}),
        ("parse_data", {"data"}),
        ("_utils", {"util"}),
        ("HTTPHandlers", {"handler"}),
        ("database", set()),
        ("information", set()),
        ("load_ipython_extension", set()),
    ],
)
def test_a_banned_word_is_seen_in_any_spelling(name: str, expected: set[str]) -> None:
    assert words(name) & BANNED == expected
