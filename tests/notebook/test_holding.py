"""The magics about what is held: inspect, edit, drop, duplicate, delay, inject."""

import pytest
from channels.generic.websocket import AsyncWebsocketConsumer
from IPython.core.interactiveshell import InteractiveShell

from asgilab.errors import PayloadError, UnknownConnection, UsageError
from asgilab.notebook._laboratory import Laboratory
from tests.notebook.conftest import Magic


@pytest.fixture
def bob(magic: Magic) -> Magic:
    """The magics, with bob connected, and held when he is about to be answered."""
    magic("connect", "/ws/ --as bob")
    magic("break", "send bob")
    magic("send", 'bob "x"')
    return magic


def test_inspect_shows_every_frame_with_its_locals_as_text(bob: Magic) -> None:
    found = bob("inspect")
    text = repr(found)
    assert "text: 'x'" in text
    assert "text = 'x'" in text
    assert "in application" in text
    assert found.frames[0].locals["text"] == "'x'"
    assert repr(bob("inspect", "bob")) == text


def test_inspect_shows_where_a_free_connection_waits(magic: Magic) -> None:
    magic("connect", "/ws/ --as bob")
    assert "await receive()" in repr(magic("inspect", "bob"))
    with pytest.raises(UsageError, match=r"Nothing is held. Expected %asgi_step"):
        magic("inspect")
    with pytest.raises(UnknownConnection):
        magic("inspect", "nobody")


def test_inspect_says_why_there_is_no_frame(run: Magic, bare: InteractiveShell) -> None:
    bare.user_ns["consumer"] = AsyncWebsocketConsumer
    run("app", "consumer --lifespan off")
    run("connect", "/ws/ --as bob --paused")
    found = run("inspect", "bob")
    assert found.frames == ()
    assert repr(found).endswith("a framework asks for the event")


def test_after_an_edit_inspect_does_not_say_that_it_is_at_work(bob: Magic) -> None:
    bob("edit", 'bob "y"')
    assert "it waits" in repr(bob("inspect", "bob"))


@pytest.mark.parametrize(
    ("payload", "got"),
    [('"y"', "y"), ('{"n": 1}', {"n": 1}), ("b'\\x00'", b"\x00")],
)
def test_an_edited_frame_arrives_in_place_of_the_one_that_was_held(
    bob: Magic, payload: str, got: object
) -> None:
    assert "edited: websocket.send x" in repr(bob("edit", f"bob {payload}"))
    assert bob("receive", "bob") == got
    assert bob("nothing", "bob")


def test_no_card_of_what_is_held_shows_a_secret(magic: Magic) -> None:
    magic("connect", "/ws/ --as bob")
    magic("break", "bob")
    cards = [magic("send", 'bob {"token": "t0ps3cret"}'), magic("inspect", "bob")]
    cards += [magic("step", "bob"), magic("edit", 'bob {"token": "t0ps3cret2"}')]
    cards += [magic("inject", 'bob {"token": "t0ps3cret3"}'), magic("drop", "bob")]
    shown = "".join(map(repr, cards))
    assert "t0ps3cret" not in shown
    assert shown.count("[redacted]") > len(cards)


def test_a_whole_event_may_take_its_place(bob: Magic) -> None:
    stands = bob("edit", 'bob {"type": "websocket.close", "code": 4000}')
    assert "closed (4000)" in repr(bob("status"))
    assert stands.standing.stop is None


def test_an_event_without_a_payload_cannot_get_one(magic: Magic) -> None:
    magic("connect", "/ws/ --as bob --paused")
    with pytest.raises(PayloadError, match=r"websocket.connect carries no payload"):
        magic("edit", 'bob "x"')
    magic("continue")


def test_the_body_of_a_response_can_be_edited(
    magic: Magic, bare: InteractiveShell
) -> None:
    magic("break", "send")
    magic("http", "GET /x/ --as get")
    magic("step", "get")
    magic("edit", 'get {"edited": true}')
    magic("continue")
    response = bare.run_cell("await get.get_response()").result
    assert response["body"] == b'{"edited": true}'


def test_a_dropped_event_reaches_nobody(bob: Magic) -> None:
    assert "dropped: websocket.send x" in repr(bob("drop"))
    assert bob("nothing", "bob")
    with pytest.raises(UsageError, match="Nothing of 'bob' is held"):
        bob("drop", "bob")


def test_a_duplicated_event_arrives_as_often_as_asked(bob: Magic) -> None:
    bob("duplicate", "bob --times 3")
    assert [bob("receive", "bob") for _ in range(3)] == ["x"] * 3
    assert bob("nothing", "bob")


def test_a_delayed_event_arrives_when_the_clock_has_run(bob: Magic) -> None:
    bob("clock", "manual")
    assert "goes on in 5 s" in repr(bob("delay", "5 bob"))
    bob("clock", "--advance 4")
    assert bob("nothing", "bob")
    bob("clock", "--advance 2")
    assert bob("receive", "bob") == "x"


def test_an_injected_frame_is_for_the_application_or_the_client(
    magic: Magic, laboratory: Laboratory
) -> None:
    magic("connect", "/ws/ --as bob")
    assert "to the application" in repr(magic("inject", 'bob "in"'))
    assert magic("receive", "bob") == "in"
    injected = magic("inject", 'bob {"type": "websocket.send", "text": "out"}')
    assert "to the client" in repr(injected)
    assert magic("receive", "bob") == "out"
    with pytest.raises(UnknownConnection):
        magic("inject", 'nobody "x"')


def test_nothing_is_injected_into_an_application_that_has_ended(
    magic: Magic, laboratory: Laboratory
) -> None:
    magic("connect", "/ws/ --as bob")
    magic("disconnect", "bob")
    before = len(laboratory.lab.session)
    with pytest.raises(UsageError, match="of 'bob' has returned and receives nothing"):
        magic("inject", 'bob {"message": "late"}')
    assert len(laboratory.lab.session) == before
