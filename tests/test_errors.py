"""The tree of errors: as it is drawn, as it is caught, and what it says."""

import builtins
import inspect
import re
from itertools import count
from pathlib import Path

import pytest

from asgilab import errors

LINE = re.compile(
    r"^    (?P<branch>[│├└─ ]*)(?P<name>[A-Z]\w+)(?:\s{2,}(?P<what>.+))?$"
)


def drawn() -> dict[str, str | None]:
    """Read the drawing in the module's docstring: the parent of each class."""
    above: list[tuple[int, str]] = []
    parents: dict[str, str | None] = {}
    for line in inspect.getdoc(errors).splitlines():  # type: ignore[union-attr]  # the module has a docstring
        found = LINE.match(line)
        if found is None:
            continue
        depth = len(found["branch"])
        while above and above[-1][0] >= depth:
            above.pop()
        parents[found["name"]] = above[-1][1] if above else None
        above.append((depth, found["name"]))
    return parents


def classes() -> dict[str, type]:
    return {
        name: value
        for name, value in vars(errors).items()
        if inspect.isclass(value) and value.__module__ == errors.__name__
    }


def test_the_drawing_shows_every_class_and_no_other() -> None:
    assert set(drawn()) == set(classes())


@pytest.mark.parametrize("name", sorted(classes()))
def test_each_class_hangs_where_it_is_drawn(name: str) -> None:
    own = [base.__name__ for base in classes()[name].__bases__]
    parent = drawn()[name]
    if parent is None:
        assert all(hasattr(builtins, base) for base in own)
    else:
        assert own[0] == parent


@pytest.mark.parametrize(
    ("name", "bases"),
    [
        ("NoOutput", "a TimeoutError"),
        ("ApplicationEnded", "a TimeoutError"),
        ("UnexpectedEvent", "an AssertionError"),
        ("UncleanExit", "AssertionError"),
        ("ClientDisconnected", "an OSError"),
    ],
)
def test_each_is_caught_by_the_standard_name_that_suites_use(
    name: str, bases: str
) -> None:
    standard = bases.split()[-1]
    assert issubclass(classes()[name], getattr(builtins, standard))


def test_every_class_says_what_it_means() -> None:
    assert [name for name, each in classes().items() if not each.__doc__] == []


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            errors.ApplicationNotFound("chat", "there is no ':'"),
            "No application at 'chat': there is no ':'. Expected "
            "'package.module:attribute', such as 'chat.asgi:application'.",
        ),
        (
            errors.NotAnApplication("chat.asgi:number", "of type int"),
            "chat.asgi:number is of type int, not an ASGI application. Expected an "
            "object to call as application(scope, receive, send).",
        ),
        (
            errors.UnknownConnection("carol", ("alice", "bob")),
            "No connection is called 'carol'. Connected: alice, bob.",
        ),
        (
            errors.UnknownConnection("carol", ()),
            "No connection is called 'carol'. Nothing is connected.",
        ),
        (
            errors.SessionFileError(Path("a.jsonl"), 3, 14, "this is not JSON"),
            "a.jsonl, line 3, column 14: this is not JSON.",
        ),
        (
            errors.SessionFileError(None, 1, 1, "it is empty"),
            "<session>, line 1, column 1: it is empty.",
        ),
        (errors.IllegalDelivery("WS-02", "too early"), "WS-02: too early"),
        (errors.ProtocolViolation("WS-30", "too early"), "WS-30: too early"),
        (errors.LifespanFailed("no database"), "no database"),
        (errors.LifespanFailed(""), "The application gave no reason."),
    ],
    ids=count(),
)
def test_each_says_exactly_this(error: Exception, text: str) -> None:
    assert str(error) == text


def test_what_an_error_knows_it_tells() -> None:
    found = errors.ApplicationNotFound("a:b", "why")
    assert (found.target, found.reason) == ("a:b", "why")
    unknown = errors.UnknownConnection("x", ("y",))
    assert (unknown.name, unknown.known) == ("x", ("y",))
    broken = errors.SessionFileError(Path("f"), 2, 3, "why")
    assert (broken.path, broken.line, broken.column, broken.reason) == (
        Path("f"),
        2,
        3,
        "why",
    )
    assert errors.ProtocolViolation("WS-30", "why").rule == "WS-30"
    assert errors.IllegalDelivery("WS-30", "why").rule == "WS-30"
    assert errors.NotAnApplication("a:b", "found").found == "found"
    assert errors.LifespanFailed("why").message == "why"
