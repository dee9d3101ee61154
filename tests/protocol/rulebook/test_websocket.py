"""An example that keeps and one that breaks each rule of WebSocket."""

import pytest

from tests.protocol.playbook import (
    ACCEPT,
    CLOSE,
    CONNECT,
    FRAME,
    GONE,
    Example,
    Step,
    broken,
    drops,
    given,
    queued,
    raises,
    returns,
    sends,
    websocket,
    worded,
)

OPEN = (CONNECT, ACCEPT)


def accept(*headers: tuple[object, object]) -> Step:
    return sends("websocket.accept", headers=list(headers))


def close(code: object = 1000, reason: object = "") -> Step:
    return sends("websocket.close", code=code, reason=reason)


EXAMPLES = {
    "WS-01": Example(
        websocket(queued("websocket.connect")),
        websocket(*[queued("websocket.connect")] * 2),
    ),
    "WS-02": Example(
        websocket(*OPEN, queued("websocket.receive", text="")),
        websocket(CONNECT, queued("websocket.receive", text="")),
    ),
    "WS-03": Example(
        websocket(*OPEN, given("websocket.disconnect", code=1001, reason=None)),
        websocket(*OPEN, GONE, queued("websocket.receive", text="")),
    ),
    "WS-04": Example(
        websocket(*OPEN, given("websocket.disconnect", code=1005)),
        websocket(*OPEN, given("websocket.disconnect")),
    ),
    "WS-05": Example(
        websocket(*OPEN, given("websocket.disconnect", code=1006)),
        websocket(*OPEN, given("websocket.disconnect", code=2000)),
    ),
    "WS-08": Example(websocket(*OPEN, GONE), websocket(*OPEN, GONE, GONE)),
    "WS-20": Example(websocket(*OPEN), websocket(*OPEN, ACCEPT)),
    "WS-21": Example(websocket(*OPEN), websocket(queued("websocket.connect"), ACCEPT)),
    "WS-22": Example(
        websocket(CONNECT, sends("websocket.accept", subprotocol=None)),
        websocket(CONNECT, sends("websocket.accept", subprotocol=b"v1")),
    ),
    "WS-23": Example(
        websocket(
            CONNECT, sends("websocket.accept", subprotocol="v1"), subprotocols=["v1"]
        ),
        websocket(
            CONNECT, sends("websocket.accept", subprotocol="v2"), subprotocols=["v1"]
        ),
    ),
    "WS-24": Example(
        websocket(CONNECT, accept((b"a", b"b"))), websocket(CONNECT, accept(("a", "b")))
    ),
    "WS-25": Example(
        websocket(CONNECT, accept((b"a", b"b")), spec_version="2.1"),
        websocket(CONNECT, accept((b"a", b"b")), spec_version="2.0"),
    ),
    "WS-26": Example(
        websocket(CONNECT, accept((b"x-protocol", b"v1"))),
        websocket(CONNECT, accept((b"sec-websocket-protocol", b"v1"))),
    ),
    "WS-30": Example(websocket(*OPEN, FRAME), websocket(CONNECT, FRAME)),
    "WS-31": Example(
        websocket(*OPEN, sends("websocket.send", text=None, bytes=b"")),
        websocket(*OPEN, sends("websocket.send", text=None)),
    ),
    "WS-32": Example(
        websocket(*OPEN, sends("websocket.send", bytes=b"hi")),
        websocket(*OPEN, sends("websocket.send", bytes="hi")),
    ),
    "WS-40": Example(websocket(*OPEN, FRAME, GONE), websocket(*OPEN, GONE, FRAME)),
    "WS-41": Example(websocket(*OPEN, FRAME, CLOSE), websocket(*OPEN, CLOSE, FRAME)),
    "WS-41b": Example(websocket(*OPEN, CLOSE), websocket(*OPEN, CLOSE, CLOSE)),
    "WS-42": Example(websocket(*OPEN, CLOSE), websocket(*OPEN, close(code=None))),
    "WS-43": Example(
        websocket(*OPEN, close(reason=None)), websocket(*OPEN, close(reason=b"bye"))
    ),
    "WS-43b": Example(
        websocket(CONNECT, sends("websocket.close", reason=None)),
        websocket(CONNECT, sends("websocket.close", reason=[])),
    ),
    "WS-44": Example(websocket(*OPEN, close(4999)), websocket(*OPEN, close(1006))),
    "WS-44b": Example(websocket(*OPEN, close(3000)), websocket(*OPEN, close(1011))),
    "WS-45": Example(
        websocket(*OPEN, close(reason="bye"), spec_version="2.3"),
        websocket(*OPEN, close(reason="bye"), spec_version="2.2"),
    ),
    "WS-46": Example(
        websocket(*OPEN, close(reason="x" * 123)),
        websocket(*OPEN, close(reason="x" * 122 + "é")),
    ),
    "WS-47": Example(websocket(CONNECT, CLOSE), websocket(CONNECT, close(4003))),
    "WS-50": Example(
        websocket(CONNECT, CLOSE, returns()), websocket(CONNECT, returns())
    ),
    "WS-51": Example(websocket(*OPEN, CLOSE, returns()), websocket(*OPEN, returns())),
    "WS-52": Example(websocket(CONNECT, raises()), websocket(*OPEN, raises())),
}


@pytest.mark.parametrize("rule", EXAMPLES)
def test_what_keeps_a_rule_breaks_none(rule: str) -> None:
    assert broken(EXAMPLES[rule].legal) == []


@pytest.mark.parametrize("rule", EXAMPLES)
def test_what_breaks_a_rule_breaks_no_other(rule: str) -> None:
    assert broken(EXAMPLES[rule].illegal) == [rule]


@pytest.mark.parametrize("frame", [{"text": ""}, {"bytes": b""}], ids=worded)
def test_empty_frames_are_frames_both_ways(frame: dict[str, object]) -> None:
    scene = websocket(
        *OPEN, given("websocket.receive", **frame), sends("websocket.send", **frame)
    )
    assert broken(scene) == []


@pytest.mark.parametrize(
    ("frame", "rules"),
    [
        ({}, ["WS-02", "WS-31"]),
        ({"text": None, "bytes": None}, ["WS-02", "WS-31"]),
        ({"text": "", "bytes": b""}, ["WS-02", "WS-31"]),
        ({"text": b"hi"}, ["WS-02", "WS-32"]),
        ({"bytes": "hi", "text": None}, ["WS-02", "WS-32"]),
        ({"bytes": bytearray(b"hi")}, ["GEN-09b", "GEN-09b"]),
    ],
    ids=worded,
)
def test_a_frame_holds_exactly_one_of_two(
    frame: dict[str, object], rules: list[str]
) -> None:
    scene = websocket(
        *OPEN, given("websocket.receive", **frame), sends("websocket.send", **frame)
    )
    assert broken(scene) == rules


@pytest.mark.parametrize(
    "code", [0, 999, 1004, 1005, 1006, 1015, 2999, 5000, -1], ids=worded
)
def test_codes_that_may_not_go_over_the_wire_are_refused(code: int) -> None:
    assert broken(websocket(*OPEN, close(code))) == ["WS-44"]


@pytest.mark.parametrize("code", ["1000", True, 1000.0], ids=worded)
def test_a_close_code_is_an_int(code: object) -> None:
    assert broken(websocket(*OPEN, close(code))) == ["WS-42"]


@pytest.mark.parametrize("code", ["1000", None, True], ids=worded)
def test_a_disconnect_code_is_an_int(code: object) -> None:
    scene = websocket(*OPEN, given("websocket.disconnect", code=code))
    assert broken(scene) == ["WS-03"]


def test_nothing_is_delivered_before_connect() -> None:
    scene = websocket(queued("websocket.receive", text="hi"), GONE)
    assert broken(scene) == ["WS-01", "WS-01"]


def test_connect_is_still_due_after_an_early_accept() -> None:
    scene = websocket(ACCEPT, CONNECT, given("websocket.receive", text="hi"), FRAME)
    assert broken(scene) == ["WS-21"]


def test_no_frame_is_delivered_between_an_early_accept_and_connect() -> None:
    scene = websocket(ACCEPT, queued("websocket.receive", text="hi"))
    assert broken(scene) == ["WS-21", "WS-01"]


@pytest.mark.parametrize("answer", [CLOSE, accept()], ids=worded)
def test_the_handshake_is_answered_after_connect_was_received(answer: Step) -> None:
    assert broken(websocket(answer)) == ["WS-21"]


def test_a_disconnect_is_due_after_the_applications_own_close() -> None:
    scene = websocket(*OPEN, CLOSE, GONE, returns())
    assert broken(scene) == []


def test_a_disconnect_is_due_after_a_rejection() -> None:
    scene = websocket(CONNECT, CLOSE, given("websocket.disconnect", code=1006))
    assert broken(scene) == []


def test_after_the_own_close_the_state_stays_closed_whatever_is_delivered() -> None:
    scene = websocket(*OPEN, CLOSE, GONE, FRAME, CLOSE, ACCEPT)
    assert broken(scene) == ["WS-41", "WS-41b", "WS-20"]


def test_a_lost_socket_still_delivers_its_disconnect() -> None:
    lost = given("websocket.disconnect", code=1006)
    assert broken(websocket(*OPEN, drops(), lost, returns())) == []


@pytest.mark.parametrize(
    "before", [[CONNECT], [CONNECT, ACCEPT], [CONNECT, CLOSE]], ids=worded
)
def test_the_client_may_leave_in_any_state(before: list[Step]) -> None:
    assert broken(websocket(*before, GONE, returns())) == []
