"""A client whose cookies travel from its requests to its WebSockets."""

import json
from typing import Any

from asgilab.lab import Lab


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Sets a cookie over HTTP, deletes it at /out/, and tells its cookies elsewhere."""
    cookies = [v.decode() for k, v in scope["headers"] if k == b"cookie"]
    await receive()
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": json.dumps(cookies)})
        await receive()
        return
    value = b"id=; Max-Age=0" if scope["path"] == "/out/" else b"id=7; HttpOnly"
    headers = [(b"set-cookie", value), (b"set-cookie", b"a(b=1")]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body"})


async def cookies_seen_by(client: Any) -> Any:
    async with client.websocket("/") as websocket:
        return await websocket.receive_json_from()


async def test_a_cookie_of_a_response_reaches_the_websocket() -> None:
    async with Lab(application, lifespan="off") as lab:
        client = lab.client(theme="dark")
        await client.http("POST", "/in/")
        assert client.cookies == {"theme": "dark", "id": "7"}
        assert await cookies_seen_by(client) == ["theme=dark; id=7"]


async def test_a_deleted_cookie_is_gone() -> None:
    async with Lab(application, lifespan="off") as lab:
        client = lab.client()
        await client.http("POST", "/in/")
        await client.http("POST", "/out/")
        assert await cookies_seen_by(client) == []


async def test_two_clients_share_nothing() -> None:
    async with Lab(application, lifespan="off") as lab:
        first, second = lab.client(), lab.client()
        await first.http("POST", "/in/")
        assert await cookies_seen_by(second) == []
