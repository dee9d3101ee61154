"""A live server's address passes the checks of host and origin, for a while."""

from typing import Any

import pytest
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator, OriginValidator
from django.conf import settings
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.urls import path

from asgilab.django._live_hosts import host_allowed, names_of


async def consumer(scope: Any, receive: Any, send: Any) -> None:
    """Stand for what a validator guards."""


@pytest.mark.parametrize(
    ("host", "names"),
    [
        ("localhost", ["localhost"]),
        ("127.0.0.1", ["127.0.0.1"]),
        ("::1", ["[::1]", "::1"]),
    ],
)
def test_an_ipv6_address_is_spelt_in_two_ways(host: str, names: list[str]) -> None:
    assert names_of(host) == names


def test_the_host_is_allowed_and_afterwards_no_more() -> None:
    before = settings.ALLOWED_HOSTS
    with host_allowed("live.test", consumer):
        assert [*before, "live.test"] == settings.ALLOWED_HOSTS
    assert settings.ALLOWED_HOSTS is before


def test_the_host_is_no_more_allowed_after_a_failure() -> None:
    before = list(settings.ALLOWED_HOSTS)
    with pytest.raises(ZeroDivisionError), host_allowed("live.test", consumer):
        _ = 1 / 0
    assert before == settings.ALLOWED_HOSTS


@pytest.mark.parametrize(
    "wrap",
    [
        lambda validator: validator,
        lambda validator: ProtocolTypeRouter({"websocket": validator}),
        lambda validator: ASGIStaticFilesHandler(
            ProtocolTypeRouter({"websocket": validator})
        ),
        lambda validator: AuthMiddlewareStack(validator),
        lambda validator: URLRouter([path("a/", validator)]),
    ],
    ids=["bare", "by protocol", "with static files", "inside of others", "by path"],
)
def test_a_validator_that_exists_already_lets_the_host_in(wrap: Any) -> None:
    """It took its list when the project was imported, before any live server."""
    validator = OriginValidator(consumer, ["example.com"])
    with host_allowed("live.test", wrap(validator)):
        assert validator.allowed_origins == ["example.com", "live.test"]
    assert validator.allowed_origins == ["example.com"]


def test_a_validator_that_is_made_meanwhile_lets_the_host_in() -> None:
    with host_allowed("live.test", consumer):
        assert "live.test" in AllowedHostsOriginValidator(consumer).allowed_origins
