"""Whole files, word for word: the golden texts lie in ``golden/``."""

import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from asgilab.errors import ExportError
from asgilab.export import _format, to_pytest
from asgilab.export._to_pytest import write_test
from asgilab.replay import find_volatile, steps
from asgilab.sessions import Session
from tests.export.scripts import Talk, runs_of, volatility
from tests.replay.recording import TRACEBACK, Recording

GOLDEN = Path(__file__).parent / "golden"


def lobby(r: Recording, run: int) -> None:
    """Two people in a room: the talk that everything here is made for."""
    origin = (b"origin", b"http://localhost")
    for name in ("alice", "bob"):
        cookie = (b"cookie", b"sessionid=0123456789abcdef" + b"%d" % run)
        r.opens(name, user=name, headers=[(b"host", b"testserver"), origin, cookie])
    r.hears("alice", {"notice": "joined", "user": "bob"})
    r.says("alice", {"message": "Hello, who is here?"})
    ids = [
        "0d3f4f0c-7d0e-4b52-9f4f-2f8e1f0c9a11",
        "5b0a1c6e-1111-4222-8333-444455556666",
        "9e107d9d-3728-4f43-a1b2-c3d4e5f60718",
    ]
    said = {
        "id": ids[run],
        "from": "alice",
        "message": "Hello, who is here?",
        "at": f"2026-11-23T10:00:0{run}.500000+00:00",
    }
    r.hears("bob", said)
    r.hears("alice", said)
    r.says("bob", {"read": ids[run]})
    r.leaves("bob")
    r.hears("alice", {"notice": "left", "user": "bob"})
    r.leaves("alice")


def shop(r: Recording, run: int) -> None:
    """A bit of everything else: requests, secrets, races, failures, closes."""
    order = f"order-{run}{run}{run}{run}"
    json = (b"content-type", b"application/json")
    bearer = (b"authorization", b"Bearer 0123456789abcdef")
    body = b'{"item": "book", "count": 2, "card_token": "0123-4567-89"}'
    r.requests("http1", "POST", "/orders/", body, headers=[json, bearer])
    r.responds("http1", 201, b'{"order": "%s", "total": 30.5}' % order.encode())
    r.opens("ws1", f"/ws/orders/{order}/?token=s3cr3t-token", subprotocols=["v1"])
    r.hears("ws1", {"type": "status", "order": order, "in": 3 + run})
    r.says("ws1", {"type": "order.pay", "order": order})
    frames: list[Any] = [{"type": "paid", "by": "card"}, {"type": "left", "books": 5}]
    for frame in reversed(frames) if run == 1 else frames:
        r.hears("ws1", frame)
    r.says("ws1", "status?")
    r.hears("ws1", f'{order}: paid at 10:0{run}, it\'s "done"')
    r.says("ws1", b"\x00\x01")
    r.hears("ws1", b"\x01\x00")
    r.says("ws1", {"type": "order.split", "people": 0})
    r.fails("ws1", TRACEBACK)


def golden(name: str) -> str:
    text = (GOLDEN / f"{name}.txt").read_text("utf-8")
    return text.replace("{version}", version("asgilab"))


@pytest.mark.parametrize("target", ["asgilab", "channels"])
@pytest.mark.parametrize(
    ("talk", "options"),
    [
        (lobby, {"settings": "chat.settings"}),
        (shop, {"application": "shop.main:app"}),
    ],
)
def test_the_file_reads_as_a_channels_developer_would_have_written_it(
    talk: Talk, options: dict[str, Any], target: Any
) -> None:
    runs = runs_of(talk, **options)
    source = to_pytest(runs[0].session, volatile=volatility(runs), target=target)
    assert source == golden(f"{talk.__name__}_{target}")


@pytest.mark.parametrize("talk", [lobby, shop])
def test_a_formatter_has_nothing_to_change_in_what_is_written(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = runs_of(talk)
    found = volatility(runs)
    by_ruff = to_pytest(runs[0].session, volatile=found)
    monkeypatch.setattr(_format, "find_spec", lambda name: None)
    assert to_pytest(runs[0].session, volatile=found) == by_ruff


@pytest.mark.parametrize("talk", [lobby, shop])
def test_no_secret_and_no_path_of_this_machine_is_in_a_file(talk: Talk) -> None:
    runs = runs_of(talk)
    source = to_pytest(runs[0].session, volatile=volatility(runs))
    for secret in ("0123456789abcdef", "0123-4567-89", "s3cr3t"):
        assert secret not in source
    assert not re.search(r"/(srv|home|work|tmp|usr)/", source)


def test_without_replays_every_recorded_value_is_asserted() -> None:
    source = to_pytest(runs_of(lobby)[0].session)
    assert '"id": "0d3f4f0c-7d0e-4b52-9f4f-2f8e1f0c9a11"' in source
    assert "dirty_equals" not in source


def test_a_name_of_ones_own_is_taken_as_an_identifier() -> None:
    session = runs_of(lobby)[0].session
    assert "async def test_the_lobby(" in to_pytest(session, name="The lobby!")
    assert "async def test_lobby(" in to_pytest(session, name="test_lobby")
    assert "async def test_session(" in to_pytest(session, name="")


def test_what_is_to_be_known_about_a_test_comes_with_it() -> None:
    runs = runs_of(shop)
    written = write_test(runs[0].session, volatile=volatility(runs))
    assert written.name == "test_connection_raises_zero_division_error"
    assert [each.matcher for each in written.matched][:2] == [
        r'IsStr(regex=r"order-\d{4}")',
        "IsPositiveInt()",
    ]
    assert [secret.variable for secret in written.secrets] == [
        "TEST_CARD_TOKEN",
        "TEST_AUTHORIZATION",
        "TEST_TOKEN",
    ]


def test_an_unknown_target_is_refused() -> None:
    unknown: Any = "aiohttp"
    with pytest.raises(ExportError, match="no target 'aiohttp'; expected 'asgilab'"):
        to_pytest(runs_of(lobby)[0].session, target=unknown)


def test_an_empty_session_is_refused() -> None:
    with pytest.raises(ExportError, match="holds no input of a client"):
        to_pytest(Session(application="chat.asgi:application"))


def test_a_session_that_was_changed_by_hand_is_refused() -> None:
    recording = Recording().opens("alice")
    recording.hears("alice", {"a": 1}, note="edited")
    with pytest.raises(ExportError, match="Event 3 on 'alice' was edited by hand"):
        to_pytest(recording.session)


def test_a_secret_that_turns_up_where_nothing_marks_it_is_refused() -> None:
    recording = Recording().opens("alice")
    recording.says("alice", {"password": "hunter2!"})
    recording.hears("alice", {"hint": "it is hunter2!"})
    with pytest.raises(ExportError, match="secret of the recording in clear"):
        to_pytest(recording.session)


def test_the_findings_of_a_replay_are_what_volatile_takes() -> None:
    runs = runs_of(lobby)
    found = find_volatile(*(steps(run.session) for run in runs))
    assert to_pytest(runs[0].session, volatile=found) == to_pytest(
        runs[0].session, volatile=volatility(runs)
    )
