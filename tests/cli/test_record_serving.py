"""The application that ``asgilab record`` serves, as each process makes it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from asgilab.cli._record_serving import ORDER, application, loaded
from asgilab.errors import ApplicationNotFound
from asgilab.live import Recorder
from asgilab.sessions import load, name_secrets
from tests.live.test_recorder import call


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.asgilab.jsonl"


@pytest.fixture
def order(path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that orders a recorder by the environment."""
    plain = {
        "application": "tests.live.applications:echo",
        "app_dir": None,
        "path": str(path),
        "shared": False,
        "only": None,
        "sample": 1.0,
        "max_bytes": 1_000_000,
        "keep": None,
        "redact": True,
    }

    def make(**changed: Any) -> Recorder:
        monkeypatch.setenv(ORDER, json.dumps(plain | changed))
        return application()

    return make


def recorded(recorder: Recorder, *paths: str, **scope: Any) -> None:
    for path in paths:
        asyncio.run(call(recorder, path=path, **scope))
    recorder.close()


def test_the_file_tells_how_to_find_the_application_again(
    order: Any, path: Path
) -> None:
    recorded(order(), "/")
    session = load(path)
    assert session.application == "tests.live.applications:echo"
    assert session.app_dir == str(Path.cwd())


def test_only_the_paths_that_are_asked_for_are_recorded(order: Any, path: Path) -> None:
    recorded(order(only=["/ws/*", "/api/*"]), "/ws/a/b/", "/static/a.css", "/api/rooms")
    session = load(path)
    scopes = [session.scope(name) for name in session.connections]
    assert [scope["path"] for scope in scopes if scope] == ["/ws/a/b/", "/api/rooms"]


def test_a_share_of_nothing_is_nothing_on_any_path(order: Any, path: Path) -> None:
    recorded(order(only=["/ws/*"], sample=0.0), "/ws/")
    assert not path.exists()


@pytest.mark.parametrize("redact", [True, False])
def test_secrets_are_written_only_where_that_is_asked_for(
    order: Any, path: Path, redact: bool
) -> None:
    recorder = order(redact=redact)
    recorded(recorder, "/", headers=[(b"authorization", b"s3cret")])
    (pair,) = load(path)[0].message["headers"]
    assert pair == [b"authorization", b"[redacted]" if redact else b"s3cret"]


def test_a_consumer_class_is_served_too(order: Any) -> None:
    order(application="tests.django.pages:Echo")
    assert callable(loaded())


def test_an_application_that_is_not_there_is_told(order: Any) -> None:
    with pytest.raises(ApplicationNotFound, match="no module is called 'nothing'"):
        order(application="nothing:app")


def test_names_of_ones_own_are_taken_out_too(order: Any, path: Path) -> None:
    try:
        recorded(
            order(secret_names=["room pin"]), "/", query_string=b"roomPin=1234&a=b"
        )
    finally:
        name_secrets()
    scope = load(path)[0].message
    assert scope["query_string"] == b"roomPin=[redacted]&a=b"
