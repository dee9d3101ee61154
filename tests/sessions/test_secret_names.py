"""Which names and which texts are taken for secrets."""

from collections.abc import Iterator

import pytest

from asgilab.sessions import (
    holds_secret,
    is_secret_name,
    is_secret_text,
    name_secrets,
    named_secrets,
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
    "text",
    [
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0x.c2lnbmF0dXJl",
        "Bearer abcdefgh12345",
        "-----BEGIN RSA PRIVATE KEY-----",
        "sk-abcdefghijklmnop",
        "Basic dXNlcjpwYXNz",
    ],
)
def test_a_text_of_the_shape_of_a_token_is_a_secret(text: str) -> None:
    assert holds_secret(f"here: {text}")


@pytest.mark.parametrize(
    "text",
    [
        "Bearer of news",
        "risk-assessment",
        "hello",
        "Basic authentication required",
        "Token validation failed",
    ],
)
def test_an_ordinary_text_is_none(text: str) -> None:
    assert not holds_secret(text)


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


def test_names_of_ones_own_are_forgotten_with_the_next() -> None:
    name_secrets("pin")
    assert is_secret_name("pin")
    name_secrets()
    assert not is_secret_name("pin")
    assert named_secrets() == frozenset()
