"""JSON without its secrets, in the layout that it came in."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgilab.sessions import redacted_text

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["token", "a", 'q"\\', "name", "value"]), inner
        )
    ),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[{"name": "password", "value": "s3"}]',
         '[{"name": "password", "value": "[redacted]"}]'),
        ('[{"value":"s3","name":"token"},{"name":"a","value":"b"}]',
         '[{"value":"[redacted]","name":"token"},{"name":"a","value":"b"}]'),
        ('{"name": "Cookie", "value": {"a": ["s3"]}}',
         '{"name": "Cookie", "value": {"a": ["[redacted]"]}}'),
        ('{"name": "otp", "value": 123}', '{"name": "otp", "value": "[redacted]"}'),
        ('{"pass\\u0077ord" : "s3"}', '{"pass\\u0077ord" : "[redacted]"}'),
        ('{"a": "{\\"token\\": \\"s3\\"}"}',
         '{"a": "{\\"token\\": \\"[redacted]\\"}"}'),
        ('{"a": "?token=s3", "b": "\\u00fc"}',
         '{"a": "?token=[redacted]", "b": "\\u00fc"}'),
        ('{"token": "cut of', '{"token": "[redacted]'),
        ('{"token": "a"}\n{"token": "b"}',
         '{"token": "[redacted]"}\n{"token": "[redacted]"}'),
        ("[1] see ?token=s3", "[1] see ?token=[redacted]"),
    ],
)  # fmt: skip
def test_secrets_go_and_the_layout_stays(text: str, expected: str) -> None:
    assert redacted_text(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        '{"message": "my password policy: say the token"}',
        '{"token_count": 3, "token_count": "3", "keyboard": "k", "monkey": [1]}',
        '{"name": "room", "value": "token"}',
        '{"name": "password", "message": "is too short"}',
        '[{"name": "token"}, {"value": "v"}]',
        '["token", "password"]',
        '{"password": null, "secret": true, "cookie": ""}',
    ],
)
def test_what_only_mentions_a_secret_is_left(text: str) -> None:
    assert redacted_text(text) == text


@given(JSON)
def test_json_stays_json(value: Any) -> None:
    shown = json.loads(redacted_text(json.dumps({"token": "x", "a": value})))
    assert shown["token"] == "[redacted]"


@given(JSON)
def test_under_the_name_of_a_secret_no_text_is_left(value: Any) -> None:
    def texts(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [text for inner in value.values() for text in texts(inner)]
        if isinstance(value, list):
            return [text for inner in value for text in texts(inner)]
        return [value] if isinstance(value, str) and not value.isdigit() else []

    shown = json.loads(redacted_text(json.dumps({"token": value})))
    assert set(texts(shown)) <= {"[redacted]", ""}


def test_long_json_is_read_to_its_end() -> None:
    rows = [{"id": n, "text": "some words"} for n in range(40_000)]
    text = json.dumps({"rows": rows, "passwords": ["s3cret"], "last": 1})
    assert len(text) > 1_000_000
    shown = json.loads(redacted_text(text))
    assert shown == {"rows": rows, "passwords": ["[redacted]"], "last": 1}


@pytest.mark.parametrize("text", ['{"token":', "[", '["token",', '{"value":"', "[{"])
def test_no_json_takes_long(text: str) -> None:
    shown = redacted_text("[" + '"token",' + text * 100_000)
    assert shown.startswith('["token",')
