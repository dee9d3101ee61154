"""How names are compared: by their words, in any alphabet."""

import unicodedata

import pytest

from asgilab.sessions import _spelling
from asgilab.sessions._spelling import plain, spelled, words

MARKS = "\u0327\u0301"
"""Marks in an order that normalization has to change."""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("userPassword", "user password"),
        ("APIKey2", "api key 2"),
        ("мойПароль", "мои пароль"),
        ("Passwort-Schlüssel", "passwort schlussel"),
        ("PASSWORT_SCHLÜSSEL", "passwort schlussel"),
        ("GRÖSSE", "grosse"),
        ("Größe", "grosse"),
        ("पासवर्ड", "पासवरड"),
        ("密码", "密码"),
        ("🔑", "🔑"),
    ],
)
def test_a_name_is_its_words_without_case_and_accents(name: str, expected: str) -> None:
    assert spelled(name) == f" {expected} "
    assert spelled(unicodedata.normalize("NFD", name)) == f" {expected} "


def test_words_are_of_a_to_z_and_digits_only() -> None:
    assert words("chat.messageSent2") == ["chat", "message", "sent", "2"]
    assert words("clé密码") == ["cle"]


def test_bytes_of_a_letter_that_were_read_apart_are_read_together() -> None:
    apart = "".join(chr(0xDC00 + byte) for byte in "ключ".encode())
    assert plain(apart) == "ключ"
    assert plain("schl\udcfcssel") == "schlussel"
    assert plain("\ud83d?") == "\ud83d?"


def test_plain_ascii_is_given_back_itself() -> None:
    text = "hello" * 1000
    assert plain(text) is text


def test_every_character_is_normalized_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A run of marks is sorted by normalization in a time that is its square."""
    asked: list[int] = []
    normalize = unicodedata.normalize

    def counted(form: str, text: str) -> str:
        asked.append(len(text))
        return normalize("NFKD", text) if form == "NFKD" else text

    monkeypatch.setattr(unicodedata, "normalize", counted)
    _spelling._letter.cache_clear()
    hostile = f"a{MARKS}\u0f73\u0f71" * 4 + MARKS * 250_000
    assert words(hostile) == ["aaaa"]
    assert spelled(hostile) == " aaaa "
    assert set(asked) == {1}
