"""Which host a bare path is asked of."""

from typing import Any

import pytest

from asgilab.communicators._site import at_home


@pytest.mark.parametrize(
    ("allowed", "host"),
    [
        (["*", "chat.example"], "chat.example"),
        ([".chat.example"], "chat.example"),
        (["[::1]"], "::1"),
    ],
)
def test_the_first_name_that_the_settings_allow(
    settings: Any, allowed: list[str], host: str
) -> None:
    settings.ALLOWED_HOSTS = allowed
    assert at_home("/", {}) == {"server": (host, 80)}
    assert at_home("/", {"scheme": "wss"})["server"] == (host, 443)


def test_settings_that_allow_everything_name_none(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    assert at_home("/", {}) == {}


@pytest.mark.parametrize(
    ("path", "options"),
    [("http://other.example/", {}), ("/", {"server": ["a", 1]}), ("/", {"host": "a"})],
)
def test_what_the_test_says_goes_first(path: str, options: dict[str, Any]) -> None:
    assert at_home(path, options) == options


def test_without_settings_there_is_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.delitem(sys.modules, "django.conf")
    assert at_home("/", {}) == {}
