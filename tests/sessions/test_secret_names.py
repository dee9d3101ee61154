"""Which names and which texts are taken for secrets."""

import pytest

from asgilab.sessions import holds_secret, is_secret_name
from asgilab.sessions._secret_names import names_secret_number


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
