"""Finding an application by its import string."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from asgilab.errors import ApplicationNotFound, NotAnApplication, UsageError
from asgilab.lab import load_application
from asgilab.lab._import_string import add_to_path, check_application

MODULE = """
import types

async def application(scope, receive, send): ...
def legacy(scope): ...
class Nested:
    class inner:
        async def __call__(self, scope, receive, send): ...
    app = inner()
class Consumer:
    @classmethod
    def as_asgi(cls): ...
class Nothing: ...
number = 7
def two(scope, receive): ...
def five(a, b, c, d, e): ...
def anything(*args): ...
def with_options(scope, receive, send, debug=False): ...
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "shelf.py").write_text(MODULE)
    (tmp_path / "broken.py").write_text("import no_such_dependency")
    before = list(sys.path)
    yield str(tmp_path)
    sys.path[:] = before
    for name in ("shelf", "broken", "failing"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize(
    "name",
    ["application", "legacy", "Nested.app", "Consumer", "anything", "with_options"],
)
def test_what_can_be_called_as_an_application_is_found(folder: str, name: str) -> None:
    assert load_application(f"shelf:{name}", folder) is not None


NO_MODULE = (
    "no module is called {!r} in the folders that Python looks in, and --app-dir "
    "(app_dir=) adds one"
)


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("shelf", "there is no ':' between module and name"),
        ("shelf:", "there is no ':' between module and name"),
        (":application", "there is no ':' between module and name"),
        ("shelf:missing", "'shelf' has no 'missing'"),
        ("shelf:Nested.missing", "'shelf' has no 'Nested.missing'"),
        ("nowhere:application", NO_MODULE.format("nowhere")),
        ("shelf.inner:application", NO_MODULE.format("shelf.inner")),
        (".shelf:application", "'' is no name in Python"),
        ("..:application", "'' is no name in Python"),
        ("shelf..inner:application", "'' is no name in Python"),
        ("shelf:Nested..app", "'' is no name in Python"),
        ("shelf: application", "' application' is no name in Python"),
        ("a/b.py:application", "'a/b' is no name in Python"),
        ("shelf:application()", "'application()' is no name in Python"),
        ("shelf:app:more", "'app:more' is no name in Python"),
        ("she\0lf:application", "'she\\x00lf' is no name in Python"),
    ],
)
def test_what_is_not_there_is_named_with_what_was_expected(
    folder: str, target: str, reason: str
) -> None:
    with pytest.raises(ApplicationNotFound) as caught:
        load_application(target, folder)
    assert caught.value.reason == reason
    assert str(caught.value).endswith(
        "Expected 'package.module:attribute', such as 'chat.asgi:application'."
    )


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("number", "of type int"),
        ("two", "a callable that takes (scope, receive)"),
        ("five", "a callable that takes (a, b, c, d, e)"),
        ("types", "of type module"),
        ("Nothing", "the class Nothing"),
    ],
)
def test_what_is_no_application_is_told(folder: str, name: str, found: str) -> None:
    with pytest.raises(NotAnApplication) as caught:
        load_application(f"shelf:{name}", folder)
    assert caught.value.found == found


def test_a_missing_dependency_of_the_module_is_not_hidden(folder: str) -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_dependency"):
        load_application("broken:application", folder)


@pytest.mark.parametrize("kind", [ZeroDivisionError, ValueError, TypeError])
def test_what_the_module_raises_comes_out_as_it_was(
    folder: str, kind: type[Exception]
) -> None:
    source = f"raise {kind.__name__}('at import')"
    (Path(folder) / "failing.py").write_text(source)
    importlib.invalidate_caches()
    with pytest.raises(kind, match="at import"):
        load_application("failing:application", folder)


def test_a_folder_is_put_on_the_path_once(folder: str) -> None:
    add_to_path(folder)
    add_to_path(folder)
    assert sys.path.count(str(Path(folder).resolve())) == 1


def test_a_missing_folder_is_told() -> None:
    with pytest.raises(UsageError, match="no folder 'no/such/folder'"):
        add_to_path("no/such/folder")


def test_a_callable_that_hides_its_signature_is_believed() -> None:
    class Hidden:
        __signature__: Any = "none"

        def __call__(self) -> None: ...

    check_application(Hidden(), "hidden")


def test_a_function_of_one_argument_is_no_application_of_the_old_two_calls() -> None:
    with pytest.raises(NotAnApplication, match=r"a callable that takes \(obj, "):
        load_application("json:dumps")
    with pytest.raises(NotAnApplication, match=r"takes \(p\)"):
        load_application("posixpath:basename")


def test_a_module_that_is_not_found_is_told_with_the_way_to_find_it() -> None:
    with pytest.raises(ApplicationNotFound, match=r"'nosuch' .* --app-dir"):
        load_application("nosuch.asgi:application")
