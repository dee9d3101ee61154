"""Who is signed in, by what a server knows of a connection."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client

from asgilab.django import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def scope_of(client: Client) -> dict[str, Any]:
    line = "; ".join(f"{name}={each.value}" for name, each in client.cookies.items())
    return {"type": "websocket", "headers": [(b"cookie", line.encode())]}


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(User.objects.create_user("alice", password="only for tests"))
    client.cookies["theme"] = "dark"
    return client


async def test_the_name_of_the_user_is_told(client: Client) -> None:
    assert await signed_in(scope_of(client)) == "alice"


@pytest.fixture
def stranger() -> Client:
    client = Client()
    store = client.session
    store["basket"] = 3
    store.save()
    return client


async def test_a_session_without_a_user_is_nobodys(stranger: Client) -> None:
    assert "sessionid" in stranger.cookies
    assert await signed_in(scope_of(stranger)) is None


@pytest.mark.parametrize(
    "headers",
    [[], [(b"cookie", b"theme=dark")], [(b"cookie", b"sessionid=no-such-key")]],
    ids=["no cookie", "another cookie", "a key that is not known"],
)
async def test_without_a_session_nobody_is_signed_in(headers: Any) -> None:
    assert await signed_in({"type": "http", "headers": headers}) is None


async def test_after_a_change_of_the_password_the_session_is_nobodys(
    client: Client,
) -> None:
    user = await User.objects.aget(username="alice")
    user.set_password("another one")
    await user.asave()
    assert await signed_in(scope_of(client)) is None
    assert await Session.objects.acount() == 1, "to look must change nothing"


async def test_a_user_who_is_gone_is_nobody(client: Client) -> None:
    await User.objects.all().adelete()
    assert await signed_in(scope_of(client)) is None
