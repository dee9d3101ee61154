"""Which names and which texts are taken for secrets."""

import json
from collections.abc import Callable, Iterator
from typing import Any, Literal
from unicodedata import normalize
from urllib.parse import quote

import pytest

from asgilab.sessions import (
    _secret_names,
    is_secret_name,
    is_secret_text,
    name_secrets,
    named_secrets,
    redact_secrets,
    redacted_text,
)
from asgilab.sessions._secret_names import (
    _PAIRS,
    _WORDS,
    may_hold_secret,
    names_secret_number,
)


@pytest.mark.parametrize(
    "name",
    [
        "token",
        "access_token",
        "csrfToken",
        "CSRF-Token",
        "password",
        "new_password",
        "Authorization",
        "cookie",
        "set-cookie",
        "apiKey",
        "x-api-key",
        "sessionid",
        "session_id",
        "client_secret",
        "csrfmiddlewaretoken",
        "accesstoken",
        "password1",
    ],
)
def test_a_name_that_says_so_is_a_secret(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("parts", sorted([*_PAIRS, *((word,) for word in _WORDS)]))
def test_no_name_of_a_secret_is_passed_over(parts: tuple[str, ...]) -> None:
    camel = parts[0] + "".join(map(str.capitalize, parts[1:]))
    for name in ("_".join(parts), "-".join(parts), camel):
        assert is_secret_name(name)
        assert may_hold_secret(name)
        assert (
            redacted_text(f'{{"{name}": "hunter2"}}') == f'{{"{name}": "[redacted]"}}'
        )
        assert redacted_text(f"{name}=hunter2") == f"{name}=[redacted]"


@pytest.mark.parametrize(
    "name", ["author", "key", "monkey", "keyboard", "session", "tokens_used", "id", ""]
)
def test_a_name_that_only_sounds_like_it_is_none(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("otp", True),
        ("session_id", True),
        ("token_count", False),
        ("otp_used", False),
    ],
)
def test_a_number_is_a_secret_where_the_name_ends_with_the_word(
    name: str, secret: bool
) -> None:
    assert names_secret_number(name) is secret


@pytest.mark.parametrize(
    ("name", "text", "secret"),
    [
        ("token", "17", True),
        ("token_count", "17", False),
        ("token_count", "abc", True),
        ("password2", "1234", True),
        ("password_confirm", "1234", True),
        ("password", "", False),
    ],
)
def test_digits_under_the_name_of_a_number_are_no_secret(
    name: str, text: str, secret: bool
) -> None:
    assert is_secret_text(name, text) is secret


@pytest.fixture
def own_names() -> Iterator[None]:
    name_secrets("pin", "account number", "密码")
    yield
    name_secrets()


@pytest.mark.usefixtures("own_names")
def test_names_of_ones_own_are_found_by_their_words() -> None:
    secret = ["pin", "userPin", "account_number", "accountNumber1", "密码"]
    plain = ["pinned", "spin", "account", "number_account", "码"]
    assert [name for name in secret + plain if is_secret_name(name)] == secret


@pytest.mark.usefixtures("own_names")
@pytest.mark.parametrize(
    "text", ['{"userPin": 1234}', '{"密码": "s3"}', '{"\\u5bc6\\u7801": "s3"}']
)
def test_what_stands_under_a_name_of_ones_own_is_taken_out(text: str) -> None:
    assert "[redacted]" in redacted_text(text)


def written(name: str) -> dict[str, Any]:
    """Return events in which a secret of this name stands, written in every way."""
    escaped = json.dumps({name: "s3cret"})
    part = f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\ns3cret\r\n--B'
    form = part.encode()
    return {
        "query_string": f"n=1&{quote(name)}=s3cret&page=2".encode(),
        "small": quote(name).lower() + "=s3cret",
        "json": json.dumps({"a": {name: "s3cret"}}, ensure_ascii=False),
        "escaped": escaped,
        "stream": f"data: {escaped}\n\n",
        "pair": json.dumps([{"name": name, "value": "s3cret"}]),
        "field": f"<input name='{name}' value='s3cret'>",
        "form": form,
        "latin": form + b"\xff\xfe",
        "headers": [(name.encode(), b"s3cret"), (b"set-cookie", form)],
        "path_params": {name: "s3cret"},
    }


@pytest.mark.parametrize("case", [str, str.upper, str.title])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    "own", ["passwort-schlüssel", "пароль", "密码", "clé", "Größe", "şifre"]
)
def test_a_name_of_ones_own_is_found_in_any_alphabet_and_any_form(
    own: str, form: Literal["NFC", "NFD"], case: Callable[[str], str]
) -> None:
    name_secrets(own)
    try:
        shown = redact_secrets(written(normalize(form, case(own))))
    finally:
        name_secrets()
    assert {key for key, value in shown.items() if "s3cret" in repr(value)} == set()
    assert shown["query_string"].endswith(b"=[redacted]&page=2")
    assert shown["latin"].endswith(b"\xff\xfe")


def test_a_name_of_which_only_a_to_z_were_made_capitals_is_found() -> None:
    name_secrets("passwort-schlüssel", "мой пароль")
    try:
        assert is_secret_name("PASSWORT_SCHLüSSEL")
        assert is_secret_name("мойПароль")
        assert not is_secret_name("пароль")
    finally:
        name_secrets()


def test_names_of_ones_own_can_be_told_to_another_process() -> None:
    name_secrets(" schlüssel ", "userPin")
    try:
        assert named_secrets() == {"schlüssel", "userPin"}
    finally:
        name_secrets()


def test_only_a_text_of_other_letters_is_looked_at_letter_by_letter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[str] = []

    def plain(text: str) -> str:
        looked.append(text)
        return text

    monkeypatch.setattr(_secret_names, "plain", plain)
    for own in ("pin", "schlüssel"):
        name_secrets(own)
        for text in ("hello", "grüße", "x" * 1000):
            assert not may_hold_secret(text)
    name_secrets()
    assert not may_hold_secret("grüße")
    assert looked == ["grüße"]


def test_names_of_ones_own_are_forgotten_with_the_next() -> None:
    name_secrets("pin")
    assert is_secret_name("pin")
    name_secrets()
    assert not is_secret_name("pin")
    assert named_secrets() == frozenset()
