"""What a recorder cannot learn or write of an event, and that all is served then."""

import asyncio
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from asgilab.live import Recorder
from asgilab.live._recording_frame import dumps
from asgilab.sessions import Kind, load
from tests.live.applications import echo
from tests.live.test_recorder import call
from tests.live.test_recorder_faults import complete


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.asgilab.jsonl"


class Name(str):
    """A text of a class of its own, as Django marks those that are safe."""


@pytest.mark.parametrize(
    ("user", "written"),
    [
        (Name("alice"), "alice"),
        (uuid.UUID(int=1), str(uuid.UUID(int=1))),
        (Kind, repr(Kind)),
    ],
)
def test_whoever_is_told_to_be_signed_in_the_application_is_served(
    path: Path, user: Any, written: str
) -> None:
    async def identify(scope: Any) -> Any:
        return user

    recording = Recorder(echo, path, identify=identify)
    assert asyncio.run(call(recording))
    recording.close()
    session = load(path)
    assert session.options == {"http1": {"user": written}}
    assert complete(session) == {"http1"}


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError


async def unspeakable(_: Any) -> None:
    raise Unspeakable


async def cancelled(_: Any) -> None:
    job: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    job.cancel()
    await job


@pytest.mark.parametrize("identify", [unspeakable, cancelled])
def test_whatever_keeps_a_user_from_being_told_the_application_is_served(
    path: Path, identify: Any, caplog: pytest.LogCaptureFixture
) -> None:
    recording = Recorder(echo, path, identify=identify)
    assert asyncio.run(call(recording))
    recording.close()
    assert complete(load(path)) == {"http1"}
    (warning,) = caplog.records
    assert "An event was not recorded" in warning.getMessage()


def test_a_request_that_is_cancelled_while_a_user_is_asked_for_is_cancelled(
    path: Path,
) -> None:
    async def never(_: Any) -> None:
        await asyncio.get_running_loop().create_future()

    async def cancel() -> None:
        request = asyncio.ensure_future(call(recording))
        await asyncio.sleep(0)
        request.cancel()
        await request

    recording = Recorder(echo, path, identify=never)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancel())
    recording.close()


def test_a_sample_that_fails_leaves_the_application_served(path: Path) -> None:
    def sample(_: Any) -> bool:
        raise Unspeakable

    recording = Recorder(echo, path, sample=sample)
    assert asyncio.run(call(recording))
    recording.close()
    assert not path.exists()


def test_a_redaction_that_fails_leaves_out_what_it_was_asked_of(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def redact(message: Any) -> Any:
        if message["type"] == "http.response.body":
            raise Unspeakable
        return message

    recording = Recorder(echo, path, redact=redact)
    assert asyncio.run(call(recording))
    recording.close()
    assert "http.response.body" not in {event.type for event in load(path)}
    (warning,) = caplog.records
    assert "is left out (Unspeakable)" in warning.getMessage()


async def passing(scope: Any, receive: Any, send: Any) -> None:
    await send(await receive())
    if scope["path"] == "/fail":
        raise LookupError


def serialized_by(
    monkeypatch: pytest.MonkeyPatch, function: Callable[[Any], bytes]
) -> None:
    for name in ("dumps", "serialized"):
        monkeypatch.setattr(f"asgilab.live._recording_thread.{name}", function)


def test_what_cannot_be_recorded_reaches_the_application_and_the_server(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(row: Any) -> bytes:
        raise ValueError(row[2])

    serialized_by(monkeypatch, broken)
    recording = Recorder(passing, path)
    (sent,) = asyncio.run(call(recording))
    with pytest.raises(LookupError):
        asyncio.run(call(recording, path="/fail"))
    recording.close()
    assert sent["type"] == "http.request"
    (warning,) = caplog.records
    assert "An event was not recorded (ValueError: open)." in warning.getMessage()


@pytest.mark.parametrize("kind", ["receive", "end"])
def test_no_part_of_a_connection_has_to_be_recorded(
    path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    def broken(row: Any) -> bytes:
        if row[2] == kind:
            raise ValueError(kind)
        return dumps(row)

    serialized_by(monkeypatch, broken)
    recording = Recorder(passing, path)
    assert asyncio.run(call(recording))
    recording.close()
    assert kind not in {event.kind.value for event in load(path)}
