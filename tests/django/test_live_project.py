"""A project on a live server without a test case: for fixtures and scripts."""

import urllib.error
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.test import override_settings

from asgilab.django import live_project
from asgilab.errors import UsageError
from asgilab.live import LiveServer
from chat.models import Room
from tests.django import pages as project
from tests.django.live import fetch, pages


@pytest.fixture
def server(transactional_db: None) -> Iterator[LiveServer]:
    """Serve the pages as a fixture of a user's would."""
    with pages, live_project() as running:
        yield running


def get(server: LiveServer, path: str) -> str:
    return fetch(server.url + path)


def test_a_function_reads_what_the_server_writes(server: LiveServer) -> None:
    get(server, "/make/one/")
    assert [room.name for room in Room.objects.all()] == ["one"]


def test_what_one_test_wrote_the_next_does_not_see(server: LiveServer) -> None:
    assert get(server, "/count/") == "0"
    Room.objects.create(name="mine")
    assert get(server, "/count/") == "1"


def test_an_application_may_be_given(transactional_db: None) -> None:
    async def mine(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"mine"})

    with live_project(mine) as running:
        assert get(running, "/") == "mine"


def test_without_a_static_url_there_are_no_static_files(transactional_db: None) -> None:
    with pages, override_settings(STATIC_URL=None), live_project() as running:
        assert get(running, "/greet/") == "hello earth"


def test_static_files_are_served(server: LiveServer) -> None:
    assert "{" in get(server, "/static/chat/chat.css")


def test_an_error_of_a_view_comes_out_as_it_was_raised(transactional_db: None) -> None:
    def test() -> None:
        refused = pytest.raises(urllib.error.HTTPError)
        with pages, live_project() as running, refused:
            get(running, "/fail/")

    with pytest.raises(ValueError, match="the view is broken"):
        test()


def test_it_ends_only_when_the_application_is_done(transactional_db: None) -> None:
    project.slow_has_begun.clear()
    with ThreadPoolExecutor(1) as client:
        with pages, live_project() as running:
            answer = client.submit(get, running, "/slow/")
            assert project.slow_has_begun.wait(10)
        assert answer.result() == "made"
    assert not Room.objects.exists()


@pytest.mark.django_db
def test_inside_a_transaction_it_is_refused() -> None:
    with (
        pytest.raises(UsageError, match=r"A transaction is open on database 'default'"),
        live_project(),
    ):
        raise AssertionError
    assert connections["default"].in_atomic_block


def test_daphne_serves_the_project_too(transactional_db: None) -> None:
    with pages, live_project(server="daphne", serve_static=False) as running:
        assert get(running, "/greet/") == "hello earth"
        with pytest.raises(urllib.error.HTTPError, match="404"):
            get(running, "/static/chat/chat.css")
