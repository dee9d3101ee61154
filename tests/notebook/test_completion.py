"""Completion on the lines of magics."""

from collections.abc import Callable
from typing import Any

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

from tests.notebook.conftest import Magic


def completed(shell: InteractiveShell, text: str) -> list[str]:
    """Complete a text at its end, as the Tab key does."""
    shell.Completer.use_jedi = False
    with provisionalcompleter():
        return [each.text for each in shell.Completer.completions(text, len(text))]


@pytest.fixture
def complete(magic: Magic, bare: InteractiveShell) -> Callable[[str], list[str]]:
    """Completes a text in a shell with two connections."""
    magic("connect", "/ws/ --as alice")
    magic("connect", "/ws/ --as bob")
    return lambda text: completed(bare, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%asgi_send al", ["alice"]),
        ("%asgi_receive ", ["alice", "bob", "--timeout", "--text"]),
        ("%asgi_receive bob --t", ["--timeout", "--text"]),
        ("%asgi_disconnect b", ["bob"]),
        ("r = %asgi_receive b", ["bob"]),
        ("%asgi_break r", ["receive"]),
        ("%asgi_break send a", ["alice"]),
        ("%asgi_break send --", ["--type", "--when", "--clear"]),
        ("%asgi_app x:y --loop ", ["own", "kernel"]),
        ("%asgi_app x:y --clock m", ["manual"]),
        ("%asgi_connect --as a --p", ["--paused"]),
        ("    %asgi_step a", ["alice"]),
    ],
)
def test_a_word_is_completed(
    complete: Callable[[str], list[str]], text: str, expected: list[str]
) -> None:
    assert complete(text) == sorted(expected)


def test_a_payload_completes_as_the_python_that_it_is(
    complete: Callable[[str], list[str]],
) -> None:
    assert "all" in complete('%asgi_send alice {"x": al')


def test_the_routes_of_the_application_complete_a_path(
    complete: Callable[[str], list[str]], magic: Magic, bare: InteractiveShell
) -> None:
    from channels.routing import URLRouter
    from django.urls import path

    async def consumer(scope: Any, receive: Any, send: Any) -> None: ...

    bare.user_ns["router"] = URLRouter([path("ws/chat/<room>/", consumer)])
    magic("app", "router --lifespan off")
    assert complete("%asgi_connect /ws") == ["/ws/chat/<room>/"]


def test_sessions_complete_a_timeline(
    complete: Callable[[str], list[str]], bare: InteractiveShell
) -> None:
    from asgilab.sessions import Session

    bare.user_ns["earlier"] = Session()
    assert complete("%asgi_timeline ear") == ["earlier"]


def test_without_an_application_only_flags_complete(
    run: Magic, bare: InteractiveShell
) -> None:
    assert "--as" in completed(bare, "%asgi_connect ")


def test_other_magics_complete_as_ever(complete: Callable[[str], list[str]]) -> None:
    assert "all" in complete("%timeit al")
