"""A server that is not there: skipped on a desk, a failure where it is required."""

import pytest

from tests.fixtures.servers import missing


def test_a_missing_server_fails_the_test_where_servers_are_required(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ASGILAB_REQUIRE_SERVERS", "1")
    with pytest.raises(pytest.fail.Exception, match="Redis is missing"):
        missing("Redis")


def test_elsewhere_its_tests_are_skipped_and_say_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ASGILAB_REQUIRE_SERVERS", raising=False)
    with pytest.raises(pytest.skip.Exception, match="Redis is not installed"):
        missing("Redis")
