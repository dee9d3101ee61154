"""An example that keeps and one that breaks each rule of the extensions."""

from io import BytesIO

import pytest

from tests.protocol.playbook import (
    ACCEPT,
    BODY,
    CLOSE,
    CONNECT,
    DENIED,
    DENY,
    FRAME,
    PART,
    REQUEST,
    START,
    Example,
    Step,
    broken,
    http,
    queued,
    raises,
    returns,
    sends,
    websocket,
    worded,
)


class File:
    """An open file, as far as a conversation looks at one."""

    def __init__(self, *, closed: bool = False) -> None:
        self.closed = closed

    def fileno(self) -> int:
        return 3


def zerocopy(file: object, **keys: object) -> Step:
    return sends("http.response.zerocopysend", file=file, **keys)


def deny_body(**keys: object) -> Step:
    return sends("websocket.http.response.body", **keys)


PUSH = sends("http.response.push", path="/style.css", headers=[])
HINT = sends("http.response.early_hint", links=[b"</a.css>; rel=preload"])
DEBUG = sends("http.response.debug", info={"template": "a.html"})
TRAILERS = sends("http.response.trailers", headers=[(b"a", b"b")])
PROMISE = sends(
    "http.response.start", status=200, headers=[(b"trailer", b"a")], trailers=True
)
PATH_START = sends(
    "http.response.start",
    status=200,
    headers=[(b"content-type", b"text/css"), (b"content-length", b"9")],
)
PATH = sends("http.response.pathsend", path="/srv/style.css")

EXAMPLES = {
    "EXT-01": Example(http(START, HINT), http(START, HINT, extensions=[])),
    "EXT-10": Example(
        websocket(CONNECT, DENY, DENIED),
        websocket(CONNECT, DENY, deny_body(body="no")),
    ),
    "EXT-11": Example(websocket(CONNECT, DENY), websocket(CONNECT, ACCEPT, DENY)),
    "EXT-12": Example(
        websocket(CONNECT, DENY, DENIED), websocket(CONNECT, DENY, CLOSE)
    ),
    "EXT-13": Example(websocket(CONNECT, DENY), websocket(CONNECT, DENY, DENY)),
    "EXT-14": Example(websocket(CONNECT, DENY, DENIED), websocket(CONNECT, DENIED)),
    "EXT-15": Example(
        websocket(CONNECT, DENY, DENIED), websocket(CONNECT, DENY, DENIED, DENIED)
    ),
    "EXT-16": Example(
        websocket(CONNECT, DENY, DENIED, returns()), websocket(CONNECT, DENY, returns())
    ),
    "EXT-17": Example(
        websocket(CONNECT, DENY, DENIED), websocket(CONNECT, DENY, deny_body())
    ),
    "EXT-21": Example(
        http(START, PUSH, BODY), http(START, sends("http.response.push", headers=[]))
    ),
    "EXT-31": Example(http(PROMISE), http(PROMISE, extensions=[])),
    "EXT-32": Example(
        http(PROMISE, BODY, TRAILERS),
        http(PROMISE, BODY, sends("http.response.trailers")),
    ),
    "EXT-33": Example(http(PROMISE, BODY, TRAILERS), http(PROMISE, PART, TRAILERS)),
    "EXT-34": Example(
        http(PROMISE),
        http(sends("http.response.start", status=200, headers=[], trailers=True)),
    ),
    "EXT-41": Example(
        http(START, zerocopy(File(), offset=0, count=1, more_body=True)),
        http(START, zerocopy(BytesIO())),
    ),
    "EXT-42": Example(
        http(START, zerocopy(File(closed=True)), returns()),
        http(START, zerocopy(File()), returns()),
    ),
    "EXT-51": Example(
        http(PATH_START, PATH),
        http(PATH_START, sends("http.response.pathsend", path="a")),
    ),
    "EXT-52": Example(http(PATH_START, PATH), http(START, PART, PATH)),
    "EXT-53": Example(
        http(PATH_START, PATH),
        http(
            sends(
                "http.response.start",
                status=200,
                headers=[(b"content-type", b"text/css")],
            ),
            PATH,
        ),
    ),
    "EXT-61": Example(
        http(START, sends("http.response.early_hint", links=iter([b"</a>"]))),
        http(START, sends("http.response.early_hint", links=["</a>"])),
    ),
    "EXT-61b": Example(http(START, HINT), http(HINT)),
    "EXT-71": Example(
        http(DEBUG), http(sends("http.response.debug", info={1: "template"}))
    ),
}


@pytest.mark.parametrize("rule", EXAMPLES)
def test_what_keeps_a_rule_breaks_none(rule: str) -> None:
    assert broken(EXAMPLES[rule].legal) == []


@pytest.mark.parametrize("rule", EXAMPLES)
def test_what_breaks_a_rule_breaks_no_other(rule: str) -> None:
    assert broken(EXAMPLES[rule].illegal) == [rule]


@pytest.mark.parametrize("step", [ACCEPT, FRAME, CLOSE], ids=worded)
def test_nothing_of_the_websocket_follows_a_denial(step: Step) -> None:
    assert broken(websocket(CONNECT, DENY, step)) == ["EXT-12"]


def test_a_denial_needs_its_extension() -> None:
    assert broken(websocket(CONNECT, DENY, extensions=[])) == ["EXT-01"]


def test_a_plain_response_is_no_denial() -> None:
    """EXT-18, which GEN-06 covers."""
    assert broken(websocket(CONNECT, START)) == ["GEN-06"]


def test_a_denial_before_connect_was_received_is_early() -> None:
    scene = websocket(queued("websocket.connect"), DENY, DENIED)
    assert broken(scene) == ["WS-21"]


def test_the_parts_of_a_denial_are_legal_but_not_portable() -> None:
    scene = websocket(CONNECT, DENY, deny_body(body=b"n", more_body=True), DENIED)
    assert broken(scene) == ["EXT-17"]


def test_a_denial_without_headers_is_legal_but_not_portable() -> None:
    start = sends("websocket.http.response.start", status=401)
    assert broken(websocket(CONNECT, start)) == ["EXT-17"]


@pytest.mark.parametrize("status", [101, 1000], ids=worded)
def test_the_status_of_a_denial_is_a_final_one(status: int) -> None:
    start = sends("websocket.http.response.start", status=status, headers=[])
    assert broken(websocket(CONNECT, start)) == ["HTTP-12"]


@pytest.mark.parametrize(
    "keys", [{}, {"status": "401"}, {"status": 401, "headers": 1}], ids=worded
)
def test_the_start_of_a_denial_is_held_to_the_keys_of_a_response(
    keys: dict[str, object],
) -> None:
    start = sends("websocket.http.response.start", **{"headers": [], **keys})
    assert broken(websocket(CONNECT, start)) == ["EXT-10"]


@pytest.mark.parametrize(
    "step", [zerocopy(File()), PATH, PUSH, TRAILERS, HINT, BODY], ids=worded
)
def test_what_belongs_to_a_response_needs_its_start(step: Step) -> None:
    [rule] = broken(http(step))
    assert rule in {"EXT-41", "EXT-51", "EXT-21", "EXT-33", "EXT-61b", "HTTP-20"}


def test_zerocopysend_and_body_may_alternate() -> None:
    more = zerocopy(File(closed=True), more_body=True)
    assert broken(http(START, PART, more, PART, more, BODY, returns())) == []


def test_the_last_zerocopysend_may_be_followed_by_trailers() -> None:
    scene = http(PROMISE, zerocopy(File(closed=True)), TRAILERS, returns())
    assert broken(scene) == []


def test_content_length_is_not_counted_through_files() -> None:
    start = sends(
        "http.response.start", status=200, headers=[(b"content-length", b"100")]
    )
    assert broken(http(start, zerocopy(File(closed=True), more_body=True), BODY)) == []


@pytest.mark.parametrize("file", [None, "a.txt", 3, BytesIO()], ids=worded)
def test_what_has_no_file_descriptor_is_no_file(file: object) -> None:
    assert broken(http(START, zerocopy(file))) == ["EXT-41"]


def test_zerocopysend_without_a_file_lacks_a_key() -> None:
    assert broken(http(START, sends("http.response.zerocopysend"))) == ["GEN-08"]


def test_a_file_that_was_sent_twice_and_left_open_is_told_once() -> None:
    file = File()
    scene = http(START, zerocopy(file, more_body=True), zerocopy(file), raises())
    assert broken(scene) == ["EXT-42"]


def test_a_file_that_cannot_say_whether_it_is_closed_is_left_alone() -> None:
    class Descriptor:
        def fileno(self) -> int:
            return 3

    assert broken(http(START, zerocopy(Descriptor()), returns())) == []


def test_a_pathsend_ends_the_response() -> None:
    assert broken(http(PATH_START, PATH, BODY)) == ["HTTP-30"]


def test_a_pathsend_may_be_followed_by_trailers() -> None:
    start = sends(
        "http.response.start",
        status=200,
        headers=[
            (b"trailer", b"a"),
            (b"content-type", b"text/css"),
            (b"content-length", b"9"),
        ],
        trailers=True,
    )
    assert broken(http(start, PATH, TRAILERS, returns())) == []


def test_trailers_may_come_in_parts() -> None:
    part = sends("http.response.trailers", headers=[], more_trailers=True)
    assert broken(http(PROMISE, BODY, part, TRAILERS, returns())) == []


def test_trailers_that_were_not_promised_come_too_late() -> None:
    assert broken(http(START, BODY, TRAILERS)) == ["HTTP-30"]


def test_a_hint_among_the_trailers_is_refused() -> None:
    assert broken(http(PROMISE, BODY, HINT)) == ["EXT-61"]


@pytest.mark.parametrize("links", [None, b"</a>", 1, [None]], ids=worded)
def test_links_are_bytes_in_an_iterable(links: object) -> None:
    step = sends("http.response.early_hint", links=links)
    assert broken(http(START, step)) == ["EXT-61"]


def test_a_hint_without_links_lacks_a_key() -> None:
    assert broken(http(START, sends("http.response.early_hint"))) == ["GEN-08"]


def test_debug_comes_once_and_first() -> None:
    assert broken(http(DEBUG, DEBUG)) == ["EXT-71"]
    assert broken(http(REQUEST, START, DEBUG)) == ["EXT-71"]


@pytest.mark.parametrize("path", [None, b"/style.css", 1], ids=worded)
def test_a_push_needs_a_path_in_str(path: object) -> None:
    step = sends("http.response.push", path=path, headers=[])
    assert broken(http(START, step)) == ["EXT-21"]
