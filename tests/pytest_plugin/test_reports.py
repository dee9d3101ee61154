"""What the report of a failing test shows, and where its sessions lie."""

import re
from pathlib import Path

import pytest

import asgilab
from tests.pytest_plugin.runs import Run, run

TITLE = " asgilab timeline "
SAVED = re.compile(r"saved: (.+)")


def fail(folder: Path, *options: str, plugins: tuple[str, ...] = ()) -> Run:
    """Run the failing tests."""
    plugins = ("asyncio", *plugins)
    return run(folder, "rooms", "failures_suite", plugins=plugins, options=options)


def section(done: Run, test: str) -> str:
    """Return what the output shows of the timeline of one test."""
    start = re.search(rf"^_+ {re.escape(test)} _+$", done.output, re.MULTILINE)
    assert start is not None, done.output
    body = re.split(r"^(?:_+ test_|=+ )", done.output[start.end() :], flags=re.M)[0]
    return body.partition(TITLE)[2]


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a run of tests that fail."""
    return fail(tmp_path_factory.mktemp("failed"))


@pytest.fixture(scope="module")
def spread(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return the same run, spread over two workers."""
    return fail(tmp_path_factory.mktemp("spread"), "-n", "2", plugins=("xdist",))


@pytest.mark.parametrize("kind", ["failed", "spread"])
def test_the_timeline_of_its_connections_is_shown(
    kind: str, request: pytest.FixtureRequest
) -> None:
    done: Run = request.getfixturevalue(kind)
    assert done.outcomes["test_fails"] == "failure"
    shown = section(done, "test_fails")
    for part in ("alice", "websocket /room/", "websocket.receive", "hi", "rooms.py:"):
        assert part in shown
    assert "bob" not in done.output


@pytest.mark.parametrize("kind", ["failed", "spread"])
def test_the_session_lies_where_the_report_says(
    kind: str, request: pytest.FixtureRequest
) -> None:
    done: Run = request.getfixturevalue(kind)
    found = SAVED.search(section(done, "test_fails"))
    assert found is not None
    assert found[1] == (
        ".pytest_cache/d/asgilab/test_failures.py-test_fails.asgilab.jsonl"
    )
    session = asgilab.load(done.folder / found[1])
    assert session.connections == ("alice",)
    assert session.application == "rooms:application"
    assert session.options["alice"] == {}
    texts = [e.message["text"] for e in session if e.type == "websocket.receive"]
    assert texts == ["hi"]


def test_plain_communicators_are_shown_as_well(failed: Run) -> None:
    shown = section(failed, "test_fails_with_plain_communicators")
    assert "websocket /plain/" in shown
    assert "what was said" in shown
    assert "http GET /" in shown
    files = [Path(name).name for name in SAVED.findall(shown)]
    stem = "test_failures.py-test_fails_with_plain_communicators"
    assert files == [f"{stem}.asgilab.jsonl", f"{stem}-2.asgilab.jsonl"]


def test_where_there_is_nothing_to_show_there_is_no_section(failed: Run) -> None:
    assert failed.outcomes["test_fails_without_connections"] == "failure"
    assert section(failed, "test_fails_without_connections") == ""


def test_a_test_that_fails_as_expected_shows_nothing(failed: Run) -> None:
    assert failed.outcomes["test_fails_as_expected"] == "skipped"
    assert "as_expected" not in "".join(SAVED.findall(failed.output))


def test_every_test_has_a_file_of_its_own_whatever_it_is_called(failed: Run) -> None:
    tests = [name for name in failed.outcomes if "under_any_name" in name]
    files = [name for name in SAVED.findall(failed.output) if "under_any_name" in name]
    assert len(set(files)) == len(files) == len(tests) == 4
    for name in files:
        assert len(Path(name).name) < 255
        assert asgilab.load(failed.folder / name).connections == ("ws1",)


def test_recorded_text_cannot_speak_to_the_terminal(failed: Run) -> None:
    shown = section(failed, "test_fails_with_hostile_text")
    assert "red" in shown
    assert not {"\x1b", "\u202e", "\ud800"} & set(shown)


def test_a_passing_test_leaves_nothing(failed: Run) -> None:
    files = (failed.folder / ".pytest_cache/d/asgilab").iterdir()
    assert not [file for file in files if "test_passes" in file.name]


def test_without_a_cache_nothing_is_saved(tmp_path: Path) -> None:
    done = fail(tmp_path, "-p", "no:cacheprovider", "-k", "test_fails and not under")
    assert TITLE in done.output
    assert "saved" not in done.output
    assert not list(tmp_path.rglob("*.asgilab.jsonl"))


def test_a_folder_of_ones_own_for_the_sessions(tmp_path: Path) -> None:
    done = fail(tmp_path, "-o", "asgi_sessions=build/sessions", "-k", "test_fails")
    path = "build/sessions/test_failures.py-test_fails.asgilab.jsonl"
    assert f"saved: {path}\n" in done.output
    assert asgilab.load(tmp_path / path).connections == ("alice",)


def test_what_cannot_be_saved_is_told_and_the_failure_stays(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    done = fail(tmp_path, "-o", "asgi_sessions=taken", "-k", "test_fails")
    shown = section(done, "test_fails")
    assert "alice" in shown
    assert "The session cannot be saved: FileExistsError" in shown
    assert done.outcomes["test_fails"] == "failure"
    assert "assert 'hi' == 'something else'" in done.told["test_fails"]
