"""The marker and the option: what is asked for, what it means, what means nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.pytest_plugin.runs import Run, environment, run

NONSENSE = """\
import pytest


@pytest.mark.asgi(clok="virtual")
def test_unknown_argument():
    pass


@pytest.mark.asgi("rooms:application")
def test_positional_argument():
    pass


@pytest.mark.asgi(clock="fast")
def test_unknown_clock():
    pass


@pytest.mark.asgi(validate="never")
def test_unknown_validation():
    pass


@pytest.mark.asgi(db=["default"])
def test_unknown_database():
    pass


@pytest.mark.asgi(db=True)
def test_no_django():
    pass


@pytest.mark.asgi(app="rooms:nothing")
def test_no_such_application(asgi_lab):
    pass


@pytest.mark.asgi(app=7)
def test_no_application_at_all(asgi_lab):
    pass


def test_nothing_is_wrong_here():
    pass
"""

EXPECTED = "expected app=, clock=, validate=, db=, strict=."
TOLD = {
    "test_unknown_argument": f"the marker asgi has no clok=; {EXPECTED}",
    "test_positional_argument": (
        "the marker asgi takes no positional argument, "
        f"got 'rooms:application'; {EXPECTED}"
    ),
    "test_unknown_clock": (
        "asgi(clock='fast'); expected one of 'real', 'manual', 'virtual'."
    ),
    "test_unknown_validation": (
        "asgi(validate='never'); expected one of 'off', 'record', 'spec', 'strict'."
    ),
    "test_unknown_database": (
        "asgi(db=['default']); expected one of True, False, 'transaction'."
    ),
    "test_no_django": "asks for asgi(db=True). Expected pytest-django",
    "test_no_such_application": "No application at 'rooms:nothing'",
    "test_no_application_at_all": "7 is of type int, not an ASGI application.",
}

CHOSEN = """\
import pytest

import rooms
from asgilab.errors import ProtocolViolation

pytestmark = [pytest.mark.asyncio, pytest.mark.asgi(validate="strict")]


async def silent(scope, receive, send):
    await send({"type": "websocket.send", "text": "too early"})


async def test_the_option_names_the_application(asgi_lab):
    assert asgi_lab.application is rooms.application
    assert asgi_lab.session.application == "rooms:application"


@pytest.mark.asgi(app=silent)
class TestCloserMarkers:
    async def test_the_class_adds_to_the_module(self, asgi_lab, asgi_websocket):
        assert asgi_lab.application is silent
        with pytest.raises(ProtocolViolation):
            await asgi_websocket("/").connect()

    @pytest.mark.asgi(validate="record")
    async def test_the_closest_marker_counts(self, asgi_lab, asgi_websocket):
        assert asgi_lab.application is silent
        socket = asgi_websocket("/")
        assert (await socket.receive_output())["text"] == "too early"
        assert socket.findings

    @pytest.mark.asgi(validate="spec")
    @pytest.mark.asgi(validate="record", app="rooms:application")
    async def test_of_two_on_one_test_the_lower_comes_first(self, asgi_lab):
        assert asgi_lab.application is rooms.application
"""


@pytest.fixture(scope="module")
def nonsense(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a run of tests whose markers mean nothing."""
    folder = tmp_path_factory.mktemp("nonsense")
    return run(folder, "rooms", files={"test_nonsense.py": NONSENSE})


@pytest.mark.parametrize("name", TOLD)
def test_what_means_nothing_is_one_sentence(nonsense: Run, name: str) -> None:
    assert nonsense.outcomes[name] == "error"
    assert TOLD[name] in nonsense.told[name]
    assert "def " not in nonsense.told[name]


def test_a_wrong_marker_is_the_affair_of_its_test_alone(nonsense: Run) -> None:
    assert nonsense.outcomes["test_nothing_is_wrong_here"] == "passed"
    assert len(nonsense.outcomes) == len(TOLD) + 1


def test_markers_add_up_and_the_option_stands_in(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        "rooms",
        plugins=("asyncio",),
        options=("-o", "asgi_app=rooms:application"),
        files={"test_chosen.py": CHOSEN},
    )
    assert done.all_passed(4), done.output


BROKEN = """\
import pytest
from asgilab.errors import ProtocolViolation
from asgilab.testing import ApplicationCommunicator


async def application(scope, receive, send):
    headers = [(b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"1"})


async def talk():
    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    communicator = ApplicationCommunicator(application, scope)
    await communicator.send_input({"type": "http.request"})
    assert (await communicator.receive_output())["status"] == 200
    assert (await communicator.receive_output())["body"] == b"1"
    await communicator.wait()


@pytest.mark.asyncio
async def test_as_configured():
    await talk()


@pytest.mark.asyncio
@pytest.mark.asgi(validate="spec")
async def test_as_marked():
    with pytest.raises(ProtocolViolation, match="HTTP-25"):
        await talk()
"""


@pytest.mark.parametrize(("configured", "passed"), [("off", 2), ("spec", 1)])
def test_communicators_made_by_hand_validate_as_configured_or_marked(
    tmp_path: Path, configured: str, passed: int
) -> None:
    files = {"test_broken.py": BROKEN}
    options = ("-o", f"asgi_validate={configured}")
    done = run(tmp_path, plugins=("asyncio",), options=options, files=files)
    assert done.outcomes["test_as_marked"] == "passed", done.output
    assert list(done.outcomes.values()).count("passed") == passed, done.output


def test_a_configured_validation_that_means_nothing_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-p", "asgilab"]
    done = subprocess.run(
        [*command, "-o", "asgi_validate=never"],
        cwd=tmp_path,
        env=environment(tmp_path, {}),
        capture_output=True,
        text=True,
    )
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    told = "asgi_validate = never; expected one of off, record, spec, strict."
    assert told in done.stderr
