"""A stand-in sends what the application sends, but for one mistake."""

import asyncio
from typing import Any

import pytest

from asgilab.proof import Mutant
from asgilab.proof._stand_in import Mutated, StandIn


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await send({"type": "lifespan.startup.complete"})
        return
    await receive()
    for text in scope["says"]:
        await send({"type": "websocket.send", "text": text})


def run(stand_in: StandIn, *says: str, kind: str = "websocket") -> list[Any]:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message.get("text", message["type"]))

    asyncio.run(stand_in({"type": kind, "says": says}, receive, send))
    return sent


def mistaken(kind: str, place: int = 0, **more: Any) -> StandIn:
    stand_in = StandIn(application)
    stand_in.begin(Mutant(0, place, kind, **more))
    return stand_in


def test_without_a_mistake_all_passes_and_is_noted() -> None:
    stand_in = StandIn(application)
    stand_in.begin(None)
    assert run(stand_in, "a", "b") == ["a", "b"]
    assert [(s.connection, s.place, s.moment) for s in stand_in.sent] == [
        (0, 0, 1),
        (0, 1, 1),
    ]


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ("drop", ["b", "c"]),
        ("duplicate", ["a", "a", "b", "c"]),
        ("swap", ["b", "a", "c"]),
    ],
)
def test_one_event_goes_wrong_and_the_others_do_not(kind: str, sent: list[str]) -> None:
    assert run(mistaken(kind), "a", "b", "c") == sent


def test_a_value_is_altered() -> None:
    wrong = mistaken("alter", 1, path=("text",), value="~")
    assert run(wrong, "a", "b") == ["a", "~"]


def test_the_application_raises_instead() -> None:
    with pytest.raises(Mutated):
        run(mistaken("raise"), "a")


def test_only_the_connection_of_the_mistake_makes_it() -> None:
    stand_in = StandIn(application)
    stand_in.begin(Mutant(1, 0, "drop"))
    assert run(stand_in, "a") == ["a"]
    assert run(stand_in, "a") == []
    assert run(stand_in, "a") == ["a"]


def test_a_lifespan_is_no_connection() -> None:
    wrong = mistaken("drop")
    assert run(wrong, kind="lifespan") == ["lifespan.startup.complete"]
    assert run(wrong, "a") == []


def test_the_length_of_an_altered_body_is_not_told() -> None:
    async def web(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-length", b"1"), (b"x", b"y")]
        start = {"type": "http.response.start", "status": 200, "headers": headers}
        await send(start)
        await send({"type": "http.response.body", "body": b"a"})

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    stand_in = StandIn(web)
    stand_in.begin(Mutant(0, 1, "alter", ("body",), b"a~"))
    asyncio.run(stand_in({"type": "http"}, None, send))  # type: ignore[arg-type]  # nothing is received here
    assert sent[0]["headers"] == [(b"x", b"y")]
    assert sent[1]["body"] == b"a~"


def test_a_consumer_class_is_taken_as_the_application_that_it_makes() -> None:
    class Consumer:
        @classmethod
        def as_asgi(cls) -> Any:
            return application

    stand_in = StandIn(Consumer)
    stand_in.begin(None)
    assert run(stand_in, "a") == ["a"]
