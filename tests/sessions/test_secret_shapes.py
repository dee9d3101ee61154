"""Texts that are a token or a key by their shape, and those that only look so."""

from base64 import b64encode

import pytest

from asgilab.sessions._secret_shapes import holds_secret, shapes, without_shapes


@pytest.mark.parametrize(
    "text",
    [
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0x.c2lnbmF0dXJl",
        "Bearer abcdefgh12345",
        "Bearer abcdEFGHijkl",
        "-----BEGIN RSA PRIVATE KEY-----",
        "sk-abcdefghijklmnop1",
        "sk_test_4eC39HqLyjWDarjtT1zdp7dc",
        "xoxb-123456789012-1234567890123-abcdef123456GHIJKL",
        "ghp_0123456789abcdefghijABCDEFGHIJ012345",
        "Basic dXNlcjpwYXNz",
        "Basic dXNlcjpwYXN",
        "Basic dXNlcjpww7zDvMO8",
    ],
)
def test_a_text_of_the_shape_of_a_token_is_a_secret(text: str) -> None:
    assert holds_secret(f"here: {text}")
    assert without_shapes(f"here: {text}, there", "?").endswith("?, there")


@pytest.mark.parametrize(
    "text",
    [
        "Bearer of news",
        "Bearer Certificates",
        "risk-assessment",
        "hello",
        "Basic authentication required",
        "Basic Mathematics",
        "Basic INTRODUCTION to Chemistry101",
        "Token validation failed",
        "pk_customer_orders_id",
        "pk_orders_2024_customer_items",
        "sk-learn-contributions-list",
    ],
)
def test_an_ordinary_text_is_none(text: str) -> None:
    assert list(shapes(text)) == []
    assert without_shapes(text, "?") == text


def test_two_shapes_in_one_text_are_both_found() -> None:
    text = "Basic sk_live_4eC39HqLyjWDarjtT1 then Basic dXNlcjpwYXNz."
    assert without_shapes(text, "?") == "Basic ? then Basic ?."


@pytest.mark.parametrize("piece", ["Basic ", "sk-", "Basic sk_a", "abcd", "Token A"])
def test_a_long_text_is_read_once_for_each_shape(piece: str) -> None:
    """What fits no shape is not read again from within: that would be a square."""
    assert list(shapes("Basic pk-" + piece * 250_000)) == []


def test_a_long_credential_is_found_whole() -> None:
    credential = b64encode(b"user:" + b"x" * 750_000).decode()
    assert list(shapes(f"Basic {credential}")) == [(6, 6 + len(credential))]
