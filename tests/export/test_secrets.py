"""What counts as a secret, and that it stays out of a source."""

import pytest

from asgilab.errors import ExportError
from asgilab.export._names import Names
from asgilab.export._secrets import Secrets


def test_a_secret_becomes_a_fixture_that_reads_the_environment() -> None:
    secrets = Secrets(Names())
    assert secrets.code("hunter2!", "alice", "password").text == "alice_password"
    (secret,) = secrets.found
    assert secret.variable == "TEST_ALICE_PASSWORD"
    assert "hunter2" not in repr(secret)


def test_one_value_is_one_secret_and_other_values_get_other_names() -> None:
    secrets = Secrets(Names())
    secrets.code("one!", "ws1", "token")
    secrets.code("one!", "ws2", "x-token")
    secrets.code("two!", "ws2", "token")
    assert [secret.fixture for secret in secrets.found] == ["token", "token_2"]


def test_a_secret_that_the_application_sends_is_matched_by_its_length() -> None:
    code = Secrets(Names()).expected("abcdefgh")
    assert code.text == "IsStr(min_length=8, max_length=8)"


@pytest.mark.parametrize("mark", ["[redacted]", "Bearer [redacted]"])
def test_one_that_the_recording_left_out_is_a_text_of_any_length(mark: str) -> None:
    assert Secrets(Names()).expected(mark).text == "IsStr()"


def test_a_source_that_holds_a_known_secret_is_refused() -> None:
    secrets = Secrets(Names())
    secrets.code("hunter2!", "alice", "password")
    secrets.expected("abcdefgh")
    secrets.hide(["cookie-value", 5])
    secrets.check("nothing of it here")
    for value in ("hunter2!", "abcdefgh", "cookie-value"):
        with pytest.raises(ExportError, match="secret of the recording in clear") as e:
            secrets.check(f"x = {value!r}")
        assert value not in str(e.value)


def test_a_very_short_secret_is_not_looked_for() -> None:
    secrets = Secrets(Names())
    secrets.code("in", "alice", "password")
    secrets.check("if x in y")
