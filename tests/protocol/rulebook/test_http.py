"""An example that keeps and one that breaks each rule of HTTP."""

import pytest

from tests.protocol.playbook import (
    BODY,
    PART,
    REQUEST,
    START,
    Example,
    Step,
    broken,
    drops,
    given,
    http,
    queued,
    raises,
    returns,
    sends,
    worded,
)


def start(*headers: tuple[object, object], status: int = 200, **keys: object) -> Step:
    return sends("http.response.start", status=status, headers=list(headers), **keys)


EXAMPLES = {
    "HTTP-01": Example(
        http(queued("http.request", body=b"", more_body=False)),
        http(queued("http.request", body="")),
    ),
    "HTTP-02": Example(
        http(queued("http.request", more_body=True), queued("http.request")),
        http(queued("http.request"), queued("http.request")),
    ),
    "HTTP-03": Example(
        http(queued("http.request", more_body=True), queued("http.disconnect")),
        http(queued("http.disconnect"), queued("http.request")),
    ),
    "HTTP-04": Example(
        http(REQUEST, START, BODY, queued("http.disconnect")),
        http(REQUEST, START, BODY, *[queued("http.disconnect")] * 2),
    ),
    "HTTP-05": Example(
        http(queued("http.request")), http(queued("http.response.body"))
    ),
    "HTTP-10": Example(http(START), http(START, START)),
    "HTTP-11": Example(http(start(status=404)), http(sends("http.response.start"))),
    "HTTP-12": Example(http(start(status=999)), http(start(status=103))),
    "HTTP-13": Example(http(start((b"x-a", b"B"))), http(start((b"X-A", b"B")))),
    "HTTP-13b": Example(
        http(start((b"content-type", b"text/html"))),
        http(start((b"Content-Type", b"text/html"), (b"Set-Cookie", b"a=b"))),
    ),
    "HTTP-14": Example(
        http(start((b"status", b"200"))), http(start((b":status", b"2")))
    ),
    "HTTP-15": Example(
        http(start((b"a!#", b"\xff\t"))), http(start((b"a", b"b\r\nc: d")))
    ),
    "HTTP-16": Example(
        http(sends("http.response.start", status=200, headers=iter([(b"a", b"b")]))),
        http(start(("a", "b"))),
    ),
    "HTTP-17": Example(http(start(trailers=False)), http(start(trailers=None))),
    "HTTP-18": Example(
        http(start((b"te", b"trailers"))),
        http(start((b"transfer-encoding", b"chunked"))),
    ),
    "HTTP-20": Example(http(START, BODY), http(BODY)),
    "HTTP-21": Example(
        http(START, sends("http.response.body")),
        http(START, sends("http.response.body", body=None)),
    ),
    "HTTP-22": Example(
        http(START, sends("http.response.body", more_body=True)),
        http(START, sends("http.response.body", more_body="yes")),
    ),
    "HTTP-23": Example(
        http(
            start((b"trailer", b"a"), trailers=True),
            BODY,
            sends("http.response.trailers", headers=[(b"a", b"b")]),
        ),
        http(start((b"trailer", b"a"), trailers=True), BODY, BODY),
    ),
    "HTTP-24": Example(http(START, BODY, returns()), http(START, returns())),
    "HTTP-25": Example(
        http(start((b"content-length", b"4")), PART, BODY),
        http(start((b"content-length", b"4")), BODY),
    ),
    "HTTP-26": Example(
        http(start(status=204), sends("http.response.body")),
        http(start(status=204), BODY),
    ),
    "HTTP-27": Example(
        http(START, sends("http.response.body"), method="HEAD"),
        http(START, BODY, method="HEAD"),
    ),
    "HTTP-28": Example(
        http(start((b"content-length", b"2")), BODY),
        http(start((b"content-length", b"2"), (b"content-length", b"2")), BODY),
    ),
    "HTTP-30": Example(http(START, PART, BODY), http(START, BODY, BODY)),
    "HTTP-33": Example(http(START, PART, drops()), http(START, drops(), PART)),
    "HTTP-40": Example(http(drops(), returns()), http(REQUEST, returns())),
    "HTTP-41": Example(
        http(START, PART, BODY, returns()), http(START, PART, returns())
    ),
    "HTTP-42": Example(
        http(
            start((b"trailer", b"a"), trailers=True),
            BODY,
            sends("http.response.trailers", headers=[]),
            returns(),
        ),
        http(start((b"trailer", b"a"), trailers=True), BODY, returns()),
    ),
    "HTTP-43": Example(http(REQUEST, raises()), http(REQUEST, START, PART, raises())),
    "HTTP-44": Example(
        http(
            start(
                (b"set-cookie", b"a=1; expires=Thu, 01 Jan 1970 00:00:00 GMT"),
                (b"set-cookie", b'b="x, y=z"'),
            )
        ),
        http(start((b"set-cookie", b"a=1; path=/, b=2"))),
    ),
}


@pytest.mark.parametrize("rule", EXAMPLES)
def test_what_keeps_a_rule_breaks_none(rule: str) -> None:
    assert broken(EXAMPLES[rule].legal) == []


@pytest.mark.parametrize("rule", EXAMPLES)
def test_what_breaks_a_rule_breaks_no_other(rule: str) -> None:
    assert broken(EXAMPLES[rule].illegal) == [rule]


@pytest.mark.parametrize("status", [None, "200", True, 200.0, b"200"], ids=worded)
def test_a_status_that_is_no_int_is_refused(status: object) -> None:
    scene = http(sends("http.response.start", status=status, headers=[]))
    assert broken(scene) == ["HTTP-11"]


@pytest.mark.parametrize("status", [0, 99, 100, 199, 1000, -1], ids=worded)
def test_a_status_that_is_no_final_one_is_refused(status: int) -> None:
    assert broken(http(start(status=status))) == ["HTTP-12"]


@pytest.mark.parametrize(
    "headers",
    [
        None,
        "ab",
        b"ab",
        {b"a": b"b"},
        5,
        [b"ab"],
        ["ab"],
        [(b"a",)],
        [(b"a", b"b", b"c")],
        [(b"a", "b")],
        [("a", b"b")],
        [(b"a", None)],
        [None],
        [(b"a", bytearray(b"b"))],
    ],
    ids=worded,
)
def test_headers_of_another_shape_are_refused(headers: object) -> None:
    scene = http(sends("http.response.start", status=200, headers=headers))
    assert broken(scene) == ["HTTP-16"]


@pytest.mark.parametrize(
    "headers",
    [
        [],
        (),
        [[b"a", b"b"]],
        ((b"a", b"b"),),
        {(b"a", b"b")},
        [iter([b"a", b"b"])],
        map(tuple, [[b"a", b"b"]]),
    ],
    ids=worded,
)
def test_headers_may_be_any_iterable_of_pairs(headers: object) -> None:
    scene = http(sends("http.response.start", status=200, headers=headers))
    assert broken(scene) == []


@pytest.mark.parametrize(
    "name", [b"", b"a b", b"a:", b"a\n", b"\xe9", b'a"'], ids=worded
)
def test_a_header_name_is_a_token(name: bytes) -> None:
    assert broken(http(start((name, b"")))) == ["HTTP-15"]


@pytest.mark.parametrize("value", [b"\r", b"\n", b"a\0b"], ids=worded)
def test_a_header_value_holds_no_control_that_ends_it(value: bytes) -> None:
    assert broken(http(start((b"a", value)))) == ["HTTP-15"]


@pytest.mark.parametrize("length", [b"", b"-1", b"1.0", b"two"], ids=worded)
def test_a_content_length_is_a_decimal_number(length: bytes) -> None:
    assert broken(http(start((b"content-length", length)), BODY)) == ["HTTP-28"]


def test_a_body_that_grows_too_long_is_told_once() -> None:
    scene = http(start((b"Content-Length", b"3")), PART, PART, PART, BODY)
    assert broken(scene) == ["HTTP-13b", "HTTP-25"]


@pytest.mark.parametrize("status", [204, 304], ids=worded)
def test_content_length_binds_no_response_without_content(status: int) -> None:
    scene = http(
        start((b"content-length", b"9"), status=status), sends("http.response.body")
    )
    assert broken(scene) == []


def test_content_length_does_not_bind_the_answer_to_head() -> None:
    scene = http(
        start((b"content-length", b"9")), sends("http.response.body"), method="HEAD"
    )
    assert broken(scene) == []


def test_the_client_may_leave_at_any_moment_and_the_application_return() -> None:
    for before in ([], [REQUEST], [REQUEST, START], [REQUEST, START, PART]):
        assert broken(http(*before, given("http.disconnect"), returns())) == []


def test_an_exception_before_the_start_is_left_to_the_server() -> None:
    assert broken(http(REQUEST, raises())) == []
