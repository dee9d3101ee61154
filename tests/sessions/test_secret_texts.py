"""Texts without their secrets, at once and in pieces."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgilab.sessions import redacted_bytes, redacted_text
from asgilab.sessions._secret_texts import Reading

SECRET = "s3cret-Xylo-99"
TEXTS = [
    f"user=alice&password={SECRET}&room=lobby",
    f'{{"user": "alice", "password": "{SECRET}", "room": "lobby"}}',
    f'{{"user": ["alice"], "passwords": ["{SECRET}", null], "room": "lobby"}}',
    f'data: {{"token": "{SECRET}"}}\n\ndata: {{"room": "lobby"}}\n\n',
    "--B\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n"
    f"{SECRET}\r\n--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nlobby\r\n",
    f'<p>token</p><input name="csrftoken" value="{SECRET}"><p>lobby</p>',
]  # fmt: skip


def in_pieces(text: str, cuts: list[int]) -> list[str]:
    places = sorted({0, len(text), *(cut % len(text) for cut in cuts)})
    reading = Reading()
    return [reading.feed(text[a:b]) for a, b in pairwise(places)]


@pytest.mark.parametrize("text", TEXTS)
@given(cuts=st.lists(st.integers(0, 1000), max_size=6))
def test_however_a_text_is_cut_its_secret_is_not_in_it(
    text: str, cuts: list[int]
) -> None:
    shown = "".join(in_pieces(text, cuts))
    assert not any(SECRET[n : n + 3] in shown for n in range(len(SECRET) - 2))
    assert "lobby" in shown


@pytest.mark.parametrize("text", TEXTS)
def test_of_a_text_in_single_characters_only_the_secret_is_lost(text: str) -> None:
    shown = "".join(in_pieces(text, list(range(len(text)))))
    before, after = text.split(SECRET)
    assert shown.startswith(before)
    # What ends a part of a form could, until it is whole, belong to the part.
    assert shown.endswith(after.removeprefix("\r\n--B"))


def test_the_rest_of_a_number_goes_with_its_beginning() -> None:
    pieces = in_pieces('{"otp": 1234, "n": 56}', [10])
    assert pieces == ['{"otp": "[redacted]"', ', "n": 56}']


def test_of_a_token_without_a_name_what_follows_its_beginning_goes() -> None:
    token = "eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0"
    pieces = in_pieces(f"see {token} there", [32])
    assert pieces == ["see [redacted]", "[redacted] there"]


def test_pieces_without_a_secret_come_back_as_they_are() -> None:
    text = '{"message": "the password policy", "n": [1, 2.5e3, true]}' * 30
    for cuts in ([7], [100, 200, 300], list(range(len(text)))):
        assert "".join(in_pieces(text, cuts)) == text


def test_the_names_of_far_back_do_not_matter() -> None:
    reading = Reading()
    reading.feed("the token " + "x" * 5000)
    assert reading.feed("=abc def") == "=abc def"


@given(st.binary())
def test_bytes_without_a_secret_pass_unchanged(content: bytes) -> None:
    assert redacted_bytes(content) == content


def test_bytes_that_are_no_utf_8_lose_only_the_secret() -> None:
    assert (
        redacted_bytes(b"\xff\xe9&token=s3&\x80") == b"\xff\xe9&token=[redacted]&\x80"
    )
    assert redacted_bytes("é&token=sü&ß".encode()) == "é&token=[redacted]&ß".encode()


@pytest.mark.parametrize("piece", ["token=", '{"token":"', "<a b='", "a", "--a\r\n"])
def test_many_small_pieces_take_no_longer_than_one(piece: str) -> None:
    """Were each piece read with all before it, this would take minutes."""
    reading = Reading()
    shown = [reading.feed(piece) for _ in range(5_000)]
    assert shown[0] == piece


def test_a_short_text_without_a_hint_is_given_back_itself() -> None:
    text = "hello"
    assert redacted_text(text) is text
