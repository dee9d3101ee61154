"""Which host a bare path is asked of."""

from typing import Any

import pytest
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import (
    AllowedHostsOriginValidator,
    OriginValidator,
)
from django.urls import path

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


async def test_an_application_that_was_imported_before_the_test_environment_lets_in(
    settings: Any,
) -> None:
    """A new project has DEBUG and no ALLOWED_HOSTS; the runner adds its own later."""
    settings.DEBUG, settings.ALLOWED_HOSTS = True, []
    routes = URLRouter([path("ws", quiet)])
    early = ProtocolTypeRouter(
        {"websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(routes))}
    )
    settings.DEBUG, settings.ALLOWED_HOSTS = False, ["testserver"]
    late = AllowedHostsOriginValidator(routes)
    for application, host in ((early, b"localhost"), (late, b"testserver")):
        communicator = await connected(application)
        assert (b"host", host) in communicator.scope["headers"]
        await communicator.disconnect()


def test_a_validator_that_nobody_passes_changes_nothing(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["chat.example"]
    application = OriginValidator(quiet, ["https://elsewhere.example:8443"])
    assert at_home("/", {}, application)["server"] == ("chat.example", 80)


def test_origins_that_are_allowed_later_are_asked_for_again(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["chat.example"]
    application = OriginValidator(quiet, ["https://elsewhere.example:8443"])
    assert at_home("/", {}, application)["server"] == ("chat.example", 80)
    application.allowed_origins = ["inside.example"]
    assert at_home("/", {}, application)["server"] == ("inside.example", 80)


def test_a_validator_of_the_projects_own_is_asked_each_time(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["chat.example"]
    open_now: list[bool] = []

    class Moody(OriginValidator):
        def valid_origin(self, parsed_origin: Any) -> bool:
            return bool(open_now) and parsed_origin.hostname == "other.example"

    application = Moody(quiet, ["other.example"])
    assert at_home("/", {}, application)["server"] == ("chat.example", 80)
    open_now.append(True)
    assert at_home("/", {}, application)["server"] == ("other.example", 80)
