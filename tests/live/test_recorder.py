"""The recorder around a server: what it writes, and that it never harms."""

import asyncio
import inspect
import urllib.error
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from channels.generic.websocket import WebsocketConsumer
from websockets.sync.client import connect

from asgilab.errors import UsageError
from asgilab.live import LiveServer, Recorder
from asgilab.sessions import Session, load, name_secrets
from tests.live.applications import Waking, echo

ROOT = Path(__file__).parents[2]
SOCKET = {"type": "websocket", "path": "/", "headers": [], "query_string": b""}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.asgilab.jsonl"


@pytest.fixture
def recorder(path: Path) -> Iterator[Callable[..., Recorder]]:
    """Return a function that makes a recorder, which is closed with the test."""
    made: list[Recorder] = []

    def make(application: Any = echo, **options: Any) -> Recorder:
        made.append(Recorder(application, path, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


def get(server: LiveServer, path: str = "/") -> int:
    try:
        with urllib.request.urlopen(server.url + path, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def told(session: Session, connection: str) -> list[str]:
    events = session.of(connection)
    return [f"{event.kind} {event.type}" for event in events]


def test_websockets_and_requests_are_recorded_as_a_session(
    path: Path, recorder: Callable[..., Recorder]
) -> None:
    recording = recorder(recorded_as="tests.live.applications:echo", app_dir="/app")
    with LiveServer(recording) as server:
        with connect(server.ws_url + "/ws/?room=1") as client:
            client.send("hi")
            assert client.recv(timeout=10) == "hi"
        assert get(server) == 200
    recording.close()
    session = load(path)
    assert session.connections == ("lifespan", "ws1", "http1")
    assert told(session, "ws1") == [
        "open websocket",
        "receive websocket.connect",
        "send websocket.accept",
        "receive websocket.receive",
        "send websocket.send",
        "receive websocket.disconnect",
        "end returned",
    ]
    assert told(session, "http1")[0] == "open http"
    assert told(session, "http1")[-1] == "end returned"
    scope = session.scope("ws1")
    assert scope is not None
    assert (scope["path"], scope["query_string"]) == ("/ws/", b"room=1")
    assert session.application == "tests.live.applications:echo"
    assert session.app_dir == "/app"
    times = [event.at for event in session]
    assert times == sorted(times)
    assert 0 < times[0] < times[-1] < 60


def test_an_exception_is_recorded_and_goes_on_to_the_server(
    path: Path, recorder: Callable[..., Recorder]
) -> None:
    recording = recorder()
    with LiveServer(recording, on_error="keep") as server:
        assert get(server, "/fail") == 500
    recording.close()
    end = load(path).of("http1")[-1]
    assert end.type == "raised"
    assert "ValueError: the page is broken" in end.message["exception"]
    assert str(server.errors[0]) == "the page is broken"


async def test_a_cancelled_connection_is_recorded_as_such(
    path: Path, recorder: Callable[..., Recorder]
) -> None:
    async def waiting(*_: Any) -> None:
        await asyncio.get_running_loop().create_future()

    recording = recorder(waiting)
    task = asyncio.create_task(call(recording))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    recording.close()
    assert told(load(path), "http1") == ["open http", "end cancelled"]


async def call(application: Any, **scope: Any) -> list[Any]:
    """Call an application once as a server would; return what it sent."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await application({"type": "http", "path": "/", **scope}, receive, send)
    return sent


def test_what_passes_is_not_changed_and_later_changes_are_not_recorded(
    path: Path, recorder: Callable[..., Recorder]
) -> None:
    message = {"type": "http.response.start", "status": 200, "headers": []}

    async def sending(scope: Any, receive: Any, send: Any) -> None:
        await send(message)
        message["status"] = 500

    recording = recorder(sending)
    (sent,) = asyncio.run(call(recording))
    assert sent is message
    recording.close()
    assert load(path).of("http1")[1].message["status"] == 200


def test_credentials_are_not_written(
    path: Path, recorder: Callable[..., Recorder]
) -> None:
    recording = recorder()
    asyncio.run(call(recording, headers=[(b"cookie", b"sessionid=s3cret")]))
    recording.close()
    assert "s3cret" not in path.read_text()
    assert load(path)[0].message["headers"] == [[b"cookie", b"sessionid=[redacted]"]]


def test_redaction_can_be_switched_off(
    path: Path, recorder: Callable[..., Recorder]
) -> None:
    recording = recorder(redact=None)
    asyncio.run(call(recording, headers=[(b"cookie", b"sessionid=s3cret")]))
    recording.close()
    assert load(path)[0].message["headers"] == [[b"cookie", b"sessionid=s3cret"]]


def test_the_state_of_the_lifespan_is_not_written(
    path: Path, recorder: Callable[..., Recorder]
) -> None:
    recording = recorder()
    asyncio.run(call(recording, state={"pool": object()}))
    recording.close()
    assert "state" not in load(path)[0].message


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        (1.0, ["http1", "http2"]),
        (0.0, []),
        (lambda scope: scope["path"] == "/b", ["http1"]),
    ],
    ids=["all", "none", "chosen"],
)
def test_only_a_sample_is_recorded_where_that_is_asked_for(
    path: Path, recorder: Callable[..., Recorder], sample: Any, expected: list[str]
) -> None:
    recording = recorder(sample=sample)
    for place in ("/a", "/b"):
        assert asyncio.run(call(recording, path=place))
    recording.close()
    assert list(load(path).connections if path.exists() else ()) == expected


def test_a_share_is_about_that_share(
    path: Path, recorder: Callable[..., Recorder]
) -> None:
    recording = recorder(sample=0.5)
    for _ in range(400):
        asyncio.run(call(recording))
    recording.close()
    assert 120 < len(load(path).connections) < 280


@pytest.mark.parametrize("sample", [-0.1, 1.1])
def test_a_share_that_is_none_is_refused(sample: float) -> None:
    with pytest.raises(UsageError, match="expected a share from 0 to 1"):
        Recorder(echo, "a.asgilab.jsonl", sample=sample)


def test_a_function_that_fails_records_nothing_and_harms_nobody(
    path: Path, recorder: Callable[..., Recorder], caplog: pytest.LogCaptureFixture
) -> None:
    def broken(scope: Any) -> bool:
        raise LookupError(scope)

    recording = recorder(sample=broken)
    for _ in range(2):
        assert asyncio.run(call(recording))
    assert len(caplog.records) == 1
    assert not path.exists()


def test_an_event_that_is_none_harms_nobody(
    path: Path, recorder: Callable[..., Recorder], caplog: pytest.LogCaptureFixture
) -> None:
    async def confused(scope: Any, receive: Any, send: Any) -> None:
        await send("hello")

    recording = recorder(confused)
    assert asyncio.run(call(recording)) == ["hello"]
    recording.close()
    assert "An event was not recorded" in caplog.records[0].getMessage()
    assert told(load(path), "http1") == ["open http", "end returned"]


def test_the_file_is_known_after_a_flush(
    path: Path, recorder: Callable[..., Recorder]
) -> None:
    path.write_text("mine")
    recording = recorder()
    assert recording.path == path
    asyncio.run(call(recording))
    assert recording.flush(30)
    assert recording.path == path.with_name("a.2.asgilab.jsonl")
    assert len(load(recording.path)) == 4
    assert path.read_text() == "mine"


def test_after_it_was_closed_the_next_connection_begins_another_file(
    path: Path, recorder: Callable[..., Recorder]
) -> None:
    recording = recorder()
    asyncio.run(call(recording))
    recording.close()
    recording.close()
    asyncio.run(call(recording))
    recording.close()
    assert load(path).connections == ("http1",)
    assert load(path.with_name("a.2.asgilab.jsonl")).connections == ("http2",)


def test_all_is_written_when_the_lifespan_has_ended(
    path: Path, recorder: Callable[..., Recorder]
) -> None:
    with LiveServer(recorder(Waking())):
        pass
    assert "send lifespan.shutdown.complete" in told(load(path), "lifespan")


async def alice(scope: Any) -> str | None:
    """Tell who is signed in: alice, wherever there is a cookie."""
    return "alice" if scope.get("headers") else None


def test_who_is_signed_in_is_recorded_where_somebody_knows(
    path: Path, recorder: Callable[..., Recorder]
) -> None:
    recording = recorder(identify=alice)
    asyncio.run(call(recording, headers=[(b"cookie", b"sessionid=s3cret")]))
    asyncio.run(call(recording))
    recording.close()
    session = load(path)
    assert session.options == {"http1": {"user": "alice"}}
    assert session.connections == ("http1", "http2")
    scope = session.scope("http1")
    assert scope is not None
    assert set(scope) == {"type", "path", "headers"}


def test_who_is_signed_in_is_known_in_every_file(
    path: Path, recorder: Callable[..., Recorder]
) -> None:
    async def two_events(scope: Any, receive: Any, send: Any) -> None:
        for _ in range(2):
            await send({"type": "http.response.start", "status": 200})
            assert recording.flush(30)

    recording = recorder(two_events, identify=alice, max_bytes=10)
    asyncio.run(call(recording, headers=[(b"cookie", b"sessionid=s3cret")]))
    recording.close()
    files = sorted(path.parent.iterdir())
    assert len(files) >= 2
    assert all(load(file).options == {"http1": {"user": "alice"}} for file in files)


def test_one_who_knows_nobody_because_he_fails_harms_nobody(
    path: Path, recorder: Callable[..., Recorder], caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(scope: Any) -> str | None:
        raise LookupError(scope["path"])

    recording = recorder(identify=broken)
    assert len(asyncio.run(call(recording))) == 2
    recording.close()
    assert load(path).options == {}
    assert "LookupError" in caplog.text


@pytest.mark.django_db(transaction=True)  # it closes what its thread has open
async def test_a_synchronous_consumer_of_channels_is_served_without_a_warning(
    recorder: Callable[..., Recorder],
) -> None:
    """A warning of asgiref: for a callable that is not a coroutine function."""
    events = ["websocket.connect", "websocket.disconnect"]
    sent: list[Any] = []

    class Consumer(WebsocketConsumer):
        def connect(self) -> None:
            self.accept()

    async def receive() -> Any:
        return {"type": events.pop(0), "code": 1000}

    async def send(message: Any) -> None:
        sent.append(message["type"])

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        await recorder(Consumer.as_asgi())(SOCKET, receive, send)
    assert sent == ["websocket.accept"]


async def test_what_a_recorded_application_gets_is_known_to_be_coroutine_functions(
    recorder: Callable[..., Recorder],
) -> None:
    told: list[bool] = []

    async def asking(scope: Any, receive: Any, send: Any) -> None:
        told.extend(inspect.iscoroutinefunction(each) for each in (receive, send))

    for kind in ("http", "lifespan"):
        await call(recorder(asking), type=kind)
    assert told == [True] * 4


async def test_no_key_of_an_event_breaks_the_file(
    path: Path, recorder: Callable[..., Recorder]
) -> None:
    """A client may choose keys, where an application passes its JSON on."""
    keys = ["options", "asgilab.options", "$encoded", "$bytes", "index", "kind"]

    async def sending(scope: Any, receive: Any, send: Any) -> None:
        for key in keys:
            await send({"type": "x", key: "text"})
            await send({key: 5})

    recording = recorder(sending, identify=alice)
    await call(recording, **dict.fromkeys(keys, "text"), headers=[(b"cookie", b"a=b")])
    recording.close()
    session = load(path)
    assert session.options == {"http1": {"user": "alice"}}
    assert session[0].message["asgilab.options"] == "text"
    assert [dict(event.message) for event in session[1:-1]] == [
        message for key in keys for message in ({"type": "x", key: "text"}, {key: 5})
    ]


async def test_a_send_that_is_awaited_later_is_passed_on_then(
    recorder: Callable[..., Recorder],
) -> None:
    async def tasks(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.gather(*(asyncio.create_task(send({"n": n})) for n in range(2)))

    assert await call(recorder(tasks)) == [{"n": 0}, {"n": 1}]


def test_names_that_were_said_to_hold_secrets_do(
    path: Path, recorder: Callable[..., Recorder]
) -> None:
    name_secrets("room key")
    try:
        recording = recorder()
        asyncio.run(call(recording, query_string=b"roomKey=s3cret"))
        recording.close()
    finally:
        name_secrets()
    assert load(path)[0].message["query_string"] == b"roomKey=[redacted]"
