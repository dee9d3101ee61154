"""One magic: its arguments, its help, its errors."""

from typing import Any

import pytest
from IPython.core.error import UsageError as BadArguments
from IPython.core.magic_arguments import argument

from asgilab.errors import PayloadError
from asgilab.notebook._driving import drive_blocking
from asgilab.notebook._interrupts import Interrupts
from asgilab.notebook._laboratory import Laboratory
from asgilab.notebook._magic import Call, Magic, asgi_magic


@asgi_magic()
@argument("path", help="where to")
@argument("--count", type=int, help="how often")
async def asgi_go(laboratory: Laboratory, call: Call) -> Any:
    """Go somewhere.

    More about it.
    """
    return call.arguments.path, call.arguments.count


@asgi_magic("line", "cell", payload=True)
@argument("name", help="who")
@argument("payload", help="what")
async def asgi_tell(laboratory: Laboratory, call: Call) -> Any:
    """Tell somebody something."""
    if call.payload == "bad":
        msg = "not this"
        raise PayloadError(msg)
    return call.arguments.name, call.payload


def use(magic: Magic, line: str, cell: str | None = None, **variables: Any) -> Any:
    nowhere: Any = None
    work = magic.run(nowhere, line, cell, variables)
    return drive_blocking(work, Interrupts())


def test_the_arguments_reach_the_body() -> None:
    assert use(asgi_go, "/ws/ --count 2  # twice") == ("/ws/", 2)
    assert use(asgi_go, "/ws/$room/", room="lobby") == ("/ws/lobby/", None)


def test_a_semicolon_at_the_end_shows_nothing() -> None:
    assert use(asgi_go, "/ws/;") is None


def test_a_payload_reaches_the_body_as_it_was_typed() -> None:
    assert use(asgi_tell, 'bob  {"a": "$x;"};') == ("bob", '{"a": "$x;"};')
    assert use(asgi_tell, "$who x", who="bob") == ("bob", "x")
    assert use(asgi_tell, "bob  # to bob", "the cell\n") == ("bob", "the cell\n")


def test_no_flag_can_be_abbreviated_by_accident() -> None:
    with pytest.raises(BadArguments, match="unrecognized arguments: --co 2"):
        use(asgi_go, "/ws/ --co 2")


def test_an_error_shows_shortly() -> None:
    with pytest.raises(PayloadError) as caught:
        use(asgi_tell, "bob bad")
    assert caught.value._render_traceback_() == ["PayloadError: not this"]  # type: ignore[attr-defined]  # IPython's, set at run time


def test_its_name_its_summary_and_its_help_come_from_its_function() -> None:
    assert asgi_go.name == "asgi_go"
    assert asgi_go.kinds == ("line",)
    assert asgi_go.summary == "Go somewhere."
    assert "%asgi_go [--count COUNT] path" in asgi_go.help
    assert "More about it." in asgi_go.help
    assert "how often" in asgi_go.help
