"""Payloads with matchers, carried values and secrets in their places."""

import json
import uuid

import pytest

from asgilab.errors import ExportError
from asgilab.export._nodes import Code
from asgilab.export._statements import (
    ExpectEvent,
    ExpectJson,
    ExpectText,
    Open,
    SendJson,
)
from tests.export.scripts import script_of, written
from tests.replay.recording import Recording

IDS = [str(uuid.UUID(int=n, version=4)) for n in range(3)]
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0x.c2lnbmF0dXJl"


def test_a_volatile_value_becomes_a_matcher_and_is_reported() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.says("alice", {"do": "it"})
        r.hears("alice", {"id": IDS[run], "n": 1})

    script = script_of(talk)
    uuid4 = Code("IsUUID(4)", (("dirty_equals", "IsUUID"),))
    assert script.paragraphs[1][1] == ExpectJson("alice", {"id": uuid4, "n": 1})
    assert [str(each) for each in script.matched] == ["event 4, alice, $.id: IsUUID(4)"]


def test_a_carried_value_is_taken_out_of_the_message_it_came_in() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.says("alice", {"do": "open"})
        r.hears("alice", {"tickets": [{"id": IDS[run]}]})
        r.says("alice", {"close": IDS[run], "url": f"/t/{IDS[run]}/"})

    script = script_of(talk)
    assert script.paragraphs[2][0] == SendJson(
        "alice",
        {
            "close": Code('message["tickets"][0]["id"]'),
            "url": Code("f\"/t/{message['tickets'][0]['id']}/\""),
        },
    )


def test_a_message_that_comes_again_is_compared_as_a_whole() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.opens("bob")
        r.says("alice", {"message": "hi"})
        r.hears("bob", {"id": IDS[run], "message": "hi"})
        r.hears("alice", {"id": IDS[run], "message": "hi"})

    script = script_of(talk)
    assert script.paragraphs[2][2] == ExpectJson("bob", Code("message"))
    assert len(script.matched) == 1


def test_a_text_frame_that_is_carried_is_the_variable_itself() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.hears("alice", IDS[run])
        r.says("alice", f"again {IDS[run]}")
        r.hears("alice", IDS[run])

    script = script_of(talk)
    assert script.paragraphs[1][1] == ExpectText("alice", Code("text"))


def test_secrets_are_taken_from_the_environment_wherever_a_client_sends_them() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens(
            "alice",
            "/ws/?token=t0ps3cret&room=1",
            headers=[(b"authorization", b"Bearer t0ps3cret2"), (b"x-team", b"blue")],
        )
        r.says("alice", {"user": "alice", "password": "t0ps3cret3", "jwt": JWT})
        r.says("alice", JWT)

    script = script_of(talk)
    assert script.opened == (
        Open(
            "alice",
            Code('f"/ws/?token={alice_token}&room=1"'),
            (
                (b"authorization", Code("alice_authorization.encode()")),
                (b"x-team", b"blue"),
            ),
        ),
    )
    assert script.paragraphs[1][0] == SendJson(
        "alice",
        {"user": "alice", "password": Code("alice_password"), "jwt": Code("alice_jwt")},
    )
    assert [secret.value for secret in script.secrets] == [
        "t0ps3cret",
        "Bearer t0ps3cret2",
        "t0ps3cret3",
        JWT,
    ]


def test_a_secret_beside_a_carried_value_in_an_address_is_not_forgotten() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.says("alice", {"do": "open"})
        r.hears("alice", {"id": IDS[run]})
        r.opens("bob", f"/ws/{IDS[run]}/?token=t0ps3cret")

    source = written(talk).source
    assert "f\"/ws/{message['id']}/?token={bob_token}\"" in source
    assert "t0ps3cret" not in source


def test_a_secret_that_the_application_sends_is_not_written_either() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.says("alice", {"do": "login"})
        r.hears("alice", {"token": "always-the-same"})
        r.hears("alice", {"token": f"another-{run}" + "x" * run})

    source = written(talk).source
    assert '"token": IsStr(min_length=15, max_length=15)' in source
    assert '"token": IsStr(min_length=9, max_length=11)' in source
    assert "always" not in source
    assert "another" not in source


def test_a_volatile_secret_that_turns_up_elsewhere_is_refused() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.says("alice", {"do": "login"})
        r.hears("alice", {"token": f"fresh-token-{run}"})
        r.hears("alice", {"hint": "fresh-token-0"})

    with pytest.raises(ExportError, match="secret of the recording in clear"):
        written(talk)


def test_a_volatile_key_of_a_bare_event_is_matched_too() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.says("alice", {"do": "it"})
        r.sends("alice", {"type": "websocket.close", "code": 4000, "reason": IDS[run]})

    closing = script_of(talk).paragraphs[1][1]
    assert isinstance(closing, ExpectEvent)
    assert closing.message["code"] == 4000
    assert isinstance(closing.message["reason"], Code)


def test_a_json_text_that_is_only_sometimes_json_is_matched_as_a_whole() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.says("alice", {"do": "it"})
        r.hears("alice", json.dumps({"a": 1}) if run else "nothing")

    expected = script_of(talk).paragraphs[1][1]
    assert isinstance(expected, ExpectText)
    assert "IsOneOf" in str(expected.payload)


def test_a_volatile_number_under_the_name_of_a_secret_is_matched() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.hears("alice", {"token": 100 + run, "secret": run or "none yet"})

    script = script_of(talk)
    assert [each.matcher for each in script.matched] == [
        "IsPositiveInt()",
        "IsInstance((str, int))",
    ]


def test_a_number_that_is_a_secret_is_in_no_file() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.says("alice", {"otp": 998877, "token_count": 5})
        r.hears("alice", {"next_otp": 665544})

    source = written(talk).source
    assert '{"otp": int(alice_otp), "token_count": 5}' in source
    assert '{"next_otp": IsInstance(int)}' in source
    assert "998877" not in source
    assert "665544" not in source


def test_what_a_client_offers_as_a_subprotocol_may_be_a_secret() -> None:
    def talk(r: Recording, run: int) -> None:
        r.starts("alice", "/ws/", subprotocols=["access_token", "t0ps3cret", "chat"])
        r.sends("alice", {"type": "websocket.accept", "subprotocol": "t0ps3cret"})

    source = written(talk).source
    assert 'subprotocols=["access_token", alice_access_token, "chat"]' in source
    assert "assert subprotocol == alice_access_token" in source
    assert "t0ps3cret" not in source


def test_a_name_beside_a_value_tells_that_it_is_a_secret() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.says("alice", [{"name": "password", "value": "t0ps3cret"}])
        r.hears("alice", {"name": "token", "value": "t0ps3cret2"})

    source = written(talk).source
    assert '[{"name": "password", "value": alice_password}]' in source
    assert '"value": IsStr(min_length=10, max_length=10)' in source
    assert "t0ps3cret" not in source


def test_the_mark_of_what_was_left_out_says_nothing_of_its_length() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.says("alice", {"do": "login"})
        r.hears("alice", {"token": "[redacted]"})
        r.hears("alice", {"token": "Bearer " * run + "[redacted]"})

    source = written(talk).source
    assert source.count('{"token": IsStr()}') == 2
    assert "min_length" not in source


def test_of_a_text_only_the_secret_part_is_taken_from_the_environment() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.says("alice", "room=1&token=t0ps3cret")
        r.hears("alice", "?token=t0ps3cret2")

    source = written(talk).source
    assert 'f"room=1&token={alice_token}"' in source
    assert "IsStr(min_length=17, max_length=17)" in source
    assert "t0ps3cret" not in source


def test_what_is_redacted_elsewhere_is_written_nowhere() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.says("alice", b'{"password": "t0ps3cret"}')

    with pytest.raises(ExportError, match="secret of the recording in clear"):
        written(talk)
