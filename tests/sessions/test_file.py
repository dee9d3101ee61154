"""Reading a session file: whole, torn, and written by an enemy."""

import json
import re
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asgilab.errors import SessionFileError, UsageError
from asgilab.sessions import Session, load
from asgilab.sessions._codec import dump
from asgilab.sessions._file import parse
from tests.sessions.samples import sample

LINES = [line.encode() for line in dump(sample())]
HEADER = json.loads(LINES[0])
EVENT = json.loads(LINES[2])


def header(**changes: Any) -> bytes:
    return json.dumps({**HEADER, **changes}).encode() + b"\n"


def event(**changes: Any) -> bytes:
    return json.dumps({**EVENT, **changes}).encode() + b"\n"


def without(row: dict[str, Any], key: str) -> bytes:
    return json.dumps({k: v for k, v in row.items() if k != key}).encode() + b"\n"


def error_of(*lines: bytes) -> SessionFileError:
    with pytest.raises(SessionFileError) as caught:
        parse(lines)
    return caught.value


def outcome_of(*lines: bytes) -> Session | SessionFileError:
    try:
        return parse(lines)
    except SessionFileError as error:
        return error


def test_a_whole_file_is_loaded(tmp_path: Path) -> None:
    path = sample().save(tmp_path / "a.asgilab.jsonl")
    assert list(load(path)) == list(sample())
    assert list(load(str(path))) == list(sample())


def test_a_file_that_is_not_there_is_the_systems_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "nowhere")
    with pytest.raises(IsADirectoryError):
        load(tmp_path)


@settings(deadline=None)
@given(st.integers(0, len(b"".join(LINES))))
def test_a_file_cut_at_any_byte_loads_up_to_its_last_whole_line(length: int) -> None:
    lines = b"".join(LINES)[:length].splitlines(keepends=True)
    whole = [line for line in lines if line.endswith(b"}\n")]
    if not whole and lines[:1] != [LINES[0][:-1]]:
        assert error_of(*lines).line == 1
        return
    session = parse(lines)
    torn = len(lines) - len(whole)
    complete = bool(torn) and lines[-1].endswith(b"}") and not session.warnings
    assert len(session) == len(whole) - 1 + complete
    if torn and not complete:
        (warning,) = session.warnings
        assert warning.startswith("The last line is torn and left out: <session>, line")


def test_a_broken_line_in_the_middle_is_an_error_with_line_and_column() -> None:
    error = error_of(LINES[0], LINES[1], b'{"index": 0, oops}\n', LINES[2])
    assert (error.line, error.column) == (3, 14)
    assert str(error) == (
        "<session>, line 3, column 14: this is not JSON (Expecting property name "
        "enclosed in double quotes)."
    )
    assert isinstance(error, UsageError)


def test_the_error_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "bad.asgilab.jsonl"
    path.write_bytes(LINES[0] + b"[]\n" + LINES[1])
    with pytest.raises(SessionFileError, match=re.escape(str(path))) as caught:
        load(path)
    assert caught.value.path == path
    assert caught.value.reason == "expected a JSON object, found an array"


NO_HEADER = [
    ([b"\n"], "this is not JSON (Expecting value)"),
    ([b"%PDF-1.7\n"], "this is not JSON (Expecting value)"),
    ([b"\x00" * 100], "this is not JSON (Expecting value)"),
    ([b"\xff\xfe\n"], "byte 0xff is not UTF-8"),
    ([b'{"a": "\xc3("}\n'], "byte 0xc3 is not UTF-8"),
    ([b"\xef\xbb\xbf{}\n"], "this is not JSON"),
    ([b"null\n"], "expected a JSON object, found null"),
    ([b'"asgilab-session"\n'], "expected a JSON object, found text"),
    ([b"{}\n"], "this is no session file: expected a header with format"),
    ([header(format="har")], "format 'asgilab-session', found \"har\""),
    ([header(format=["x" * 9999])], "found [" + '"' + "x" * 38 + "…"),
    ([header(version=2)], "version 2 of the format is not known; expected 1"),
    ([header(version="1")], 'version "1" of the format is not known; expected 1'),
    ([header(version=None)], "version null of the format is not known"),
    ([without(HEADER, "started")], "the header is broken: 'started' is missing"),
    ([header(started=5)], "the header is broken: started is 5, expected text"),
    ([header(started="yesterday")], "the header is broken: Invalid isoformat"),
    ([header(application=["a"])], 'application is ["a"], expected text'),
    ([header(settings=1)], "settings is 1, expected text"),
    ([header(app_dir={})], "app_dir is {}, expected text"),
    ([header(options=[])], "options is [], expected an object"),
    ([header(options={"alice": "x"})], 'alice is "x", expected an object'),
    ([header(options={"alice": {"b": {"$bytes": 1}}})], "the header is broken"),
    ([b'{"format": "asgilab-session", "version": NaN}\n'], "NaN is no number"),
]


def test_an_empty_file_is_no_session_file(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with pytest.raises(SessionFileError, match=r"line 1, column 1: .* it is empty"):
        load(tmp_path / "empty")


@pytest.mark.parametrize(("lines", "reason"), NO_HEADER, ids=count())
def test_a_first_line_that_is_no_header_is_named(
    lines: list[bytes], reason: str
) -> None:
    error = error_of(*lines, LINES[1])
    assert error.line == 1
    assert reason in error.reason


NO_EVENT = [
    (b"\n", "this is not JSON"),
    (b"null\n", "expected a JSON object, found null"),
    (b"\x00\n", "this is not JSON"),
    (b'{"at": 1\x00}\n', "this is not JSON"),
    (b"\xc3\x28\n", "byte 0xc3 is not UTF-8"),
    (without(EVENT, "at"), "this is no event of a session: 'at' is missing"),
    (without(EVENT, "connection"), "'connection' is missing"),
    (without(EVENT, "kind"), "'kind' is missing"),
    (without(EVENT, "message"), "'message' is missing"),
    (event(at="1.5"), 'at is "1.5", expected a whole number or a number'),
    (event(at=True), "at is true, expected"),
    (event(at=None), "at is null, expected"),
    (b'{"at": NaN}\n', "NaN is no number of JSON"),
    (b'{"at": -Infinity}\n', "-Infinity is no number of JSON"),
    (b'{"at": ' + b"9" * 5000 + b"}\n", "this cannot be read"),
    (event(at=10**400), "int too large to convert to float"),
    (event(at=1.25).replace(b"1.25", b"1e999"), "at is too large for a time"),
    (event(connection=5), "connection is 5, expected text"),
    (event(kind="melted"), "'melted' is not a valid Kind"),
    (event(kind=["send"]), 'kind is ["send"], expected text'),
    (event(message=[]), "message is [], expected an object"),
    (event(message={"$bytes": "YQ=="}), "message is bytes, expected an object"),
    (event(message={"a": {"$bytes": "!"}}), "this is no event of a session"),
    (event(cause=5), "cause is 5, expected the index of an event before this"),
    (event(cause=-1), "cause is -1, expected the index"),
    (event(cause=0.5), "cause is 0.5, expected a whole number"),
    (event(source=["a", 1]), "expected file, line and function"),
    (event(source=["a", "1", "b"]), "expected file, line and function"),
    (event(source="a:1"), 'source is "a:1", expected an array'),
    (event(note=[1]), "note is [1], expected text"),
    (b"[" * 100_000 + b"\n", "the JSON is nested too deep"),
    (b'{"a":' * 100_000 + b"\n", "the JSON is nested too deep"),
]


@pytest.mark.parametrize(("line", "reason"), NO_EVENT, ids=count())
def test_a_line_that_is_no_event_is_named(line: bytes, reason: str) -> None:
    error = error_of(LINES[0], LINES[1], line, LINES[1])
    assert error.line == 3
    assert reason in error.reason
    assert len(error.reason) < 300
    assert "\n" not in str(error)


def test_a_message_nested_as_deep_as_json_can_is_an_error_and_no_crash() -> None:
    for depth in (100, 450, 900, 3000, 30_000):
        deep = b"[" * depth + b"]" * depth
        line = event(message={}, cause=None).replace(b"{}", b'{"a": ' + deep + b"}")
        outcome = outcome_of(LINES[0], line)
        assert isinstance(outcome, Session) or "nested too deep" in str(outcome)


def test_nothing_in_a_file_is_ever_evaluated(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    code = f"__import__('pathlib').Path({str(trap)!r}).touch()"
    hostile = {
        "type": code,
        "body": {"$repr": code},
        "py/object": code,
        "__reduce__": code,
        "bytes": {"$bytes": "YQ=="},
    }
    session = parse([LINES[0], event(message=hostile, connection=code, note=code)])
    assert session[0].message["body"] == code
    assert session[0].connection == code
    assert not trap.exists()


def test_how_a_connection_was_asked_for_may_stand_beside_an_event() -> None:
    """A recorder writes the header before it knows of any connection."""
    session = parse([LINES[0], event(options={"user": "alice"}, cause=None)])
    assert session.options[EVENT["connection"]] == {"user": "alice"}


@pytest.mark.parametrize("options", [["alice"], "alice", {"$bytes": "YQ=="}])
def test_options_that_are_no_object_are_refused(options: Any) -> None:
    assert error_of(LINES[0], event(options=options, cause=None)).line == 2


def test_keys_that_are_not_known_are_passed_over() -> None:
    session = parse([header(colour="red"), event(colour="red")])
    assert len(session) == 1


def test_a_time_without_a_zone_is_taken_for_utc() -> None:
    session = parse([header(started="2026-11-23T12:00:00")])
    assert session.started == sample().started


@settings(deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=5))
def test_noise_gives_a_session_file_error_or_a_session(noise: list[bytes]) -> None:
    for lines in (noise, [LINES[0], *noise], [*LINES, *noise]):
        outcome = outcome_of(*(line + b"\n" for line in lines))
        if isinstance(outcome, SessionFileError):
            assert 1 <= outcome.line <= len(lines) + 1
            assert outcome.column >= 1
