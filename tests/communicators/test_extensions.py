"""The response extensions, each from the application to the response it makes."""

from pathlib import Path
from typing import Any

import pytest

from asgilab.communicators import Wiring
from asgilab.sessions import Session, load
from asgilab.testing import HttpCommunicator

START: dict[str, Any] = {"type": "http.response.start", "status": 200, "headers": []}
BODY: dict[str, Any] = {"type": "http.response.body", "body": b"x"}


def sending(*events: dict[str, Any]) -> Any:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        for event in events:
            await send(event)

    return application


async def response_of(*events: dict[str, Any], **options: Any) -> Any:
    """Return the response, after the application has ended without a finding."""
    communicator = HttpCommunicator(
        sending(*events), "GET", "/", validate="strict", strict=True, **options
    )
    response = await communicator.get_response()
    await communicator.wait()
    assert communicator.findings == []
    return response


async def test_trailers() -> None:
    start = {**START, "headers": [(b"trailer", b"a")], "trailers": True}
    trailers = {"type": "http.response.trailers", "headers": [(b"a", b"b")]}
    response = await response_of(start, BODY, trailers, http_version="2")
    assert response["trailers"] == [(b"a", b"b")]


async def test_early_hints() -> None:
    hint = {"type": "http.response.early_hint", "links": [b"</style.css>"]}
    response = await response_of(START, hint, BODY)
    assert response["early_hints"] == [b"</style.css>"]


async def test_pushes() -> None:
    push = {"type": "http.response.push", "path": "/style.css", "headers": []}
    response = await response_of(START, push, BODY, http_version="2")
    assert response["pushes"] == [{"path": "/style.css", "headers": []}]


async def test_debug() -> None:
    template = object()
    debug = {"type": "http.response.debug", "info": {"template": template}}
    extensions = ["http.response.debug"]
    response = await response_of(debug, START, BODY, extensions=extensions)
    assert response["debug"]["template"] is template


async def test_a_file_by_its_path(tmp_path: Path) -> None:
    file = tmp_path / "page"
    file.write_bytes(b"from the file")
    event = {"type": "http.response.pathsend", "path": str(file)}
    extensions = ["http.response.pathsend"]
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"13")]
    response = await response_of(
        {**START, "headers": headers}, event, extensions=extensions
    )
    assert response["body"] == b"from the file"


async def test_an_open_file_without_a_copy(tmp_path: Path) -> None:
    path = tmp_path / "page"
    path.write_bytes(b"from the file")
    extensions = ["http.response.zerocopysend"]
    with path.open("rb") as file:

        async def application(scope: Any, receive: Any, send: Any) -> None:
            await receive()
            await send(START)
            part = {"type": "http.response.zerocopysend", "file": file}
            await send({**part, "count": 4, "more_body": True})
            await send({**part, "offset": 5})

        session = Session()
        communicator = HttpCommunicator(
            application,
            "GET",
            "/",
            extensions=extensions,
            validate="spec",
            wiring=Wiring(session=session),
        )
        response = await communicator.get_response()
    assert response["body"] == b"fromthe file"
    session.save(tmp_path / "any.asgilab.jsonl")
    loaded = load(tmp_path / "any.asgilab.jsonl")
    assert "BufferedReader" in loaded[3].message["file"]


@pytest.mark.parametrize("kind", ["pathsend", "zerocopysend", "push", "trailers"])
async def test_what_the_scope_does_not_announce_is_refused(kind: str) -> None:
    communicator = HttpCommunicator(
        sending(START, {"type": f"http.response.{kind}"}), "GET", "/", extensions=[]
    )
    with pytest.raises(Exception, match="EXT-01"):
        await communicator.get_response()
