"""A response as its events make it up, with the extensions."""

from pathlib import Path
from typing import Any

import pytest

from asgilab.communicators import ResponseParts
from asgilab.errors import UnexpectedEvent
from asgilab.testing import HttpCommunicator


async def gathered(*events: dict[str, Any], **options: Any) -> Any:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        for event in events:
            await send(event)

    return await HttpCommunicator(application, "GET", "/", **options).get_response()


def start(**more: Any) -> dict[str, Any]:
    return {"type": "http.response.start", "status": 200, "headers": [], **more}


BODY = {"type": "http.response.body", "body": b"hi"}


async def test_trailers_follow_the_body() -> None:
    response = await gathered(
        start(trailers=True, headers=[(b"trailer", b"x-sum")]),
        BODY,
        {
            "type": "http.response.trailers",
            "headers": [(b"x-a", b"1")],
            "more_trailers": True,
        },
        {"type": "http.response.trailers", "headers": [(b"x-sum", b"2")]},
        extensions=["http.response.trailers"],
    )
    assert response["body"] == b"hi"
    assert response["trailers"] == [(b"x-a", b"1"), (b"x-sum", b"2")]


async def test_early_hints_are_gathered() -> None:
    hint = {"type": "http.response.early_hint", "links": [b"</a.css>; rel=preload"]}
    response = await gathered(hint, start(), BODY)
    assert response["early_hints"] == [b"</a.css>; rel=preload"]


async def test_pushes_are_gathered() -> None:
    push = {"type": "http.response.push", "path": "/a.css", "headers": []}
    extensions = ["http.response.push"]
    response = await gathered(start(), push, BODY, extensions=extensions)
    assert response["pushes"] == [{"path": "/a.css", "headers": []}]


async def test_debug_information_is_kept() -> None:
    debug = {"type": "http.response.debug", "info": {"template": "chat.html"}}
    response = await gathered(debug, start(), BODY)
    assert response["debug"] == {"template": "chat.html"}


async def test_a_file_sent_by_its_path_is_the_body(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"from the file")
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"13")]
    response = await gathered(
        start(headers=headers),
        {"type": "http.response.pathsend", "path": str(file)},
        extensions=["http.response.pathsend"],
    )
    assert response["body"] == b"from the file"


async def test_a_part_of_an_open_file_is_a_part_of_the_body(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"0123456789")
    with path.open("rb") as file:
        zero_copy = {"type": "http.response.zerocopysend", "file": file, "offset": 2}
        zero_copy |= {"count": 3, "more_body": True}
        response = await gathered(
            start(), zero_copy, BODY, extensions=["http.response.zerocopysend"]
        )
    assert response["body"] == b"234hi"


@pytest.mark.parametrize(
    "events",
    [
        [BODY],
        [start(), start()],
        [{"type": "websocket.accept"}],
        [start(), {"type": "x"}],
    ],
)
def test_what_does_not_belong_there_is_named(events: list[dict[str, Any]]) -> None:
    parts = ResponseParts()
    *before, last = events
    for event in before:
        parts.feed(event)
    with pytest.raises(UnexpectedEvent, match=r"Expected type 'http\.response\."):
        parts.feed(last)


def test_other_keys_of_the_start_are_kept() -> None:
    parts = ResponseParts()
    parts.feed(start(extra=1))
    parts.feed(BODY)
    assert parts.complete
    assert parts.response(b"hi")["extra"] == 1  # type: ignore[typeddict-item]  # an extension's key
