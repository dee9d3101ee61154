"""Where in a text that is not JSON secrets stand."""

from itertools import pairwise

import pytest

from asgilab.sessions._secret_spans import spans

FORM = (
    '--B\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'
    's3cret\r\n--other\r\n--B\r\nContent-Disposition: form-data; name="room"\r\n\r\n'
    "lobby\r\n--B--\r\n"
)


def found(text: str) -> list[str]:
    return [text[span.start : span.end] for span in spans(text)]


@pytest.mark.parametrize(
    "text",
    [
        "user=a&password=s3cret&n=1",
        "wss://host/ws/?n=1&access_token=s3cret",
        'data: {"token": "s3cret"}',
        '<input type="hidden" name="csrfmiddlewaretoken" value="s3cret">',
        "<input value='s3cret' name=password>",
        '<INPUT NAME="password"\n VALUE = s3cret >',
        '<input type="password" name="pw" value="s3cret">',
        '<meta name="csrf-token" content="s3cret">',
        '<div data-csrf-token="s3cret" class="x">',
        '<body hx-headers=\'{"X-CSRFToken": "s3cret"}\'>',
    ],
)
def test_the_value_of_a_telling_name_is_found(text: str) -> None:
    assert found(text) == ["s3cret"]


def test_the_secret_part_of_a_multipart_form_is_found_whole() -> None:
    form = FORM.format(name="password", more="")
    assert found(form) == ["s3cret\r\n--other"]
    assert found(form.replace("\r\n", "\n")) == ["s3cret\n--other"]


def test_a_file_under_a_telling_name_is_a_secret_too() -> None:
    more = '; filename="id_rsa"\r\nContent-Type: application/octet-stream'
    assert found(FORM.format(name="private_key", more=more)) == ["s3cret\r\n--other"]


@pytest.mark.parametrize(("delimiter", "headers"), [("--B", 5000), ("--B:", 19)])
def test_a_part_may_have_many_headers(delimiter: str, headers: int) -> None:
    form = FORM.format(name="password", more="").replace("--B", delimiter)
    form = form.replace("\r\nContent-D", "\r\nX-More: yes" * headers + "\r\nContent-D")
    assert found(form) == ["s3cret\r\n--other"]


def test_a_file_name_says_nothing_of_a_part() -> None:
    assert found(FORM.format(name="upload", more='; filename="password"')) == []


@pytest.mark.parametrize(
    "text",
    [
        "my password policy: at least 8 characters, token=good",
        "token_count=3&keyboard=qwerty",
        '<input name="room" value="token">',
        '<input type="password" name="password" value="">',
        '<a href="/password/" data-password-toggle="#form">password</a>',
        "if a <b and token> c",
    ],
)
def test_what_only_mentions_a_secret_is_left(text: str) -> None:
    assert found(text) == []


def test_spans_that_overlap_are_one() -> None:
    text = "token=eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0&n=1"
    assert found(text) == ["eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0"]


@pytest.mark.parametrize(
    "text",
    ["<a ", '<a b="', "<a b='<a b=", "<input name=token value=", "--a\r\nb: c\r\n",
     '--a\r\nb: name="token"\r\n\r\n', '"token"   ', '"a":"',
     "--flag: token\n"],
)  # fmt: skip
def test_no_text_takes_long(text: str) -> None:
    """A client chooses what it sends; were this quadratic, it would take minutes."""
    found = spans(text * 100_000)
    assert all(one.end <= next_one.start for one, next_one in pairwise(found))
