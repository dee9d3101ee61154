"""A session as the paragraphs of a test."""

from asgilab.export._script import emission
from asgilab.export._statements import (
    Connect,
    Disconnect,
    ExpectJson,
    ExpectNothing,
    Open,
    SendJson,
)
from asgilab.replay import steps
from tests.export.scripts import script_of
from tests.replay.recording import TRACEBACK, Recording


def test_a_talk_of_two_reads_in_the_order_it_happened() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.opens("bob")
        r.hears("alice", {"joined": "bob"})
        r.says("alice", {"message": "hi"})
        r.hears("bob", {"message": "hi"})
        r.hears("alice", {"message": "hi"})
        r.leaves("bob")
        r.leaves("alice")

    script = script_of(talk)
    assert [each.connection for each in script.opened] == ["alice", "bob"]
    assert script.paragraphs == (
        (Connect("alice"),),
        (Connect("bob"), ExpectJson("alice", {"joined": "bob"})),
        (
            SendJson("alice", {"message": "hi"}),
            ExpectJson("alice", {"message": "hi"}),
            ExpectJson("bob", {"message": "hi"}),
        ),
        (ExpectNothing("alice"), ExpectNothing("bob")),
    )
    assert script.closed == ("alice", "bob")


def test_the_connection_that_acted_is_asked_first_then_in_order_of_opening() -> None:
    recording = Recording().opens("alice").opens("bob").opens("carol")
    recording.says("bob", {"n": 1})
    for name in ("carol", "alice", "bob"):
        recording.hears(name, {"n": 1})
    last = steps(recording.session)[-1]
    asked = emission(last, ["alice", "bob", "carol"])
    assert [output.connection for output in asked] == ["bob", "alice", "carol"]


def test_a_message_without_an_answer_is_asserted_to_have_none() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.says("alice", {"read": 1})
        r.says("alice", {"read": 2})

    script = script_of(talk)
    assert script.paragraphs[1:] == (
        (SendJson("alice", {"read": 1}), ExpectNothing("alice")),
        (SendJson("alice", {"read": 2}), ExpectNothing("alice")),
    )


def test_a_goodbye_that_others_hear_of_is_part_of_the_test() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.opens("bob")
        r.leaves("alice")
        r.hears("bob", {"left": "alice"})
        r.leaves("bob")

    script = script_of(talk)
    assert script.paragraphs[2:] == (
        (
            ExpectNothing("alice"),
            Disconnect("alice"),
            ExpectJson("bob", {"left": "alice"}),
        ),
        (ExpectNothing("bob"),),
    )
    assert script.closed == ("bob",)


def test_a_goodbye_with_a_code_of_its_own_is_part_of_the_test() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.leaves("alice", 1001)

    assert script_of(talk).paragraphs[1][-1] == Disconnect("alice", 1001)


def test_a_connection_whose_application_failed_or_closed_is_not_asked_for_silence() -> (
    None
):
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.opens("bob")
        r.says("alice", {"n": 0})
        r.fails("alice", TRACEBACK)
        r.says("bob", {"n": 0})
        r.sends("bob", {"type": "websocket.close", "code": 4000})

    script = script_of(talk)
    assert len(script.paragraphs) == 4
    assert script.closed == ("bob",)


def test_a_connection_whose_address_comes_from_a_message_is_made_in_its_place() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.says("alice", {"do": "open"})
        r.hears("alice", {"room": f"room-{run}{run}{run}"})
        r.opens("bob", f"/ws/room-{run}{run}{run}/")

    script = script_of(talk)
    assert [each.connection for each in script.opened] == ["alice"]
    assert isinstance(script.paragraphs[2][0], Open)
    assert script.paragraphs[-1] == (Disconnect("bob"),)
    assert script.closed == ("alice",)


def test_what_a_client_sent_at_random_is_noted() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.says("alice", {"dice": run})

    script = script_of(talk)
    assert script.paragraphs[1][0] == SendJson("alice", {"dice": 0})
    assert "sent another value in each replay" in script.notes[0]


def test_that_an_application_returns_is_no_statement() -> None:
    def talk(r: Recording, run: int) -> None:
        r.requests("api", "GET", "/")
        r.responds("api", 200, b"{}")

    assert len(script_of(talk).paragraphs) == 1
