"""An HTTP response that shows itself."""

import json

import pytest
from IPython.lib.pretty import pretty

from asgilab.notebook._answers import Answer, veiled
from asgilab.sessions import redact_secrets


def answer(status: int = 200, body: bytes = b'{"a": 1}') -> Answer:
    headers = [(b"content-type", b"application/json"), (b"x", b"\x1b[2J")]
    return Answer(status=status, headers=headers, body=body)


def test_it_is_the_dict_of_a_response_and_decodes_its_body() -> None:
    response = answer()
    assert response["status"] == response.status == 200
    assert response.text == '{"a": 1}'
    assert response.json() == {"a": 1}
    with pytest.raises(json.JSONDecodeError):
        answer(body=b"<html>").json()


def test_it_shows_its_status_headers_and_body() -> None:
    assert repr(answer()).splitlines() == [
        "200 OK, 8 bytes",
        "  content-type: application/json",
        "  x: ␛[2J",
        "  ",
        "  {",
        '    "a": 1',
        "  }",
    ]
    assert pretty(answer()) == repr(answer())


def test_a_body_or_a_phrase_that_is_not_there_is_left_out() -> None:
    assert repr(answer(299, b"")).splitlines() == [
        "299, 0 bytes",
        "  content-type: application/json",
        "  x: ␛[2J",
    ]


def test_an_error_looks_like_one() -> None:
    assert [answer(status).card.tone for status in (200, 302, 404, 500)] == [
        "good",
        "good",
        "bad",
        "bad",
    ]
    assert "404 Not Found" in answer(404)._repr_html_()


def test_a_body_that_is_no_json_is_shown_as_it_is() -> None:
    for body in (b"<p>", b"[" * 5000, b'"\\ud800"', b"a\r\nb"):
        assert repr(answer(body=body))
    assert repr(answer(body=b"<p>\n</p>")).endswith("  \n  <p>\n  </p>")


def test_the_body_is_escaped_in_html() -> None:
    assert "<script" not in answer(body=b"<script>")._repr_html_()


def test_its_secrets_are_not_shown_and_still_there() -> None:
    headers = [(b"set-cookie", b"sessionid=t0ps3cret; Path=/")]
    response = Answer(status=200, headers=headers, body=b'{"token": "t0ps3cret"}')
    assert "t0ps3cret" not in repr(response)
    assert '"token": "[redacted]"' in repr(response)
    assert response.json() == {"token": "t0ps3cret"}
    plain = Answer(response, redact=None)
    assert repr(plain).count("t0ps3cret") == 2


@pytest.mark.parametrize(
    ("frame", "shown"),
    [
        ({"token": "s3"}, "{'token': '[redacted]'}"),
        ([{"token": "s3"}], "[{'token': '[redacted]'}]"),
        ("?token=s3", "'?token=[redacted]'"),
        (b"?token=s3", "b'?token=[redacted]'"),
    ],
    ids=["dict", "list", "text", "bytes"],
)
def test_a_frame_with_a_secret_is_itself_and_does_not_show_it(
    frame: object, shown: str
) -> None:
    result = veiled(frame, redact_secrets)
    assert result == frame
    assert pretty(result) == shown
    assert veiled(frame, None) is frame


@pytest.mark.parametrize("frame", [{"message": "hi"}, "hi", b"bye", [1], None])
def test_a_frame_without_a_secret_is_itself(frame: object) -> None:
    assert veiled(frame, redact_secrets) is frame
