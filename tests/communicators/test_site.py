"""Which host a bare path is asked of."""

from typing import Any

import pytest
from channels.security.websocket import AllowedHostsOriginValidator

from asgilab.communicators._site import at_home
from asgilab.testing import WebsocketCommunicator
from tests.communicators.applications import connected, quiet


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


async def test_a_client_of_the_site_itself_passes_the_check_of_origins(
    settings: Any,
) -> None:
    settings.ALLOWED_HOSTS = ["chat.example"]
    application = AllowedHostsOriginValidator(quiet)
    await (await connected(application)).disconnect()
    for options in ({"origin": None}, {"origin": "https://evil.example"}):
        foreign = WebsocketCommunicator(application, "/", **options)
        await foreign.expect_denied(403)
        await foreign.disconnect()
