"""The fixtures of a generated test."""

import ast

from asgilab.export._fixtures import (
    channels_state_fixture,
    cookie_fixture,
    secret_fixture,
    state_fixture,
    user_fixture,
)
from asgilab.export._secrets import Secret


def test_a_user_is_made_through_the_user_model_of_the_project() -> None:
    assert user_fixture("alice_user", "alice") == [
        "@pytest.fixture",
        "def alice_user(django_user_model):",
        '    return django_user_model.objects.create_user("alice")',
    ]


def test_a_hostile_username_stays_a_text() -> None:
    name = '"); __import__("os").system("x") #'
    (function,) = ast.parse("\n".join(user_fixture("user", name))).body
    constants = [n.value for n in ast.walk(function) if isinstance(n, ast.Constant)]
    assert constants == [name]


def test_a_user_is_signed_in_through_the_client_of_pytest_django() -> None:
    lines = cookie_fixture("alice", "alice_cookie")
    assert lines[1] == "def alice_cookie(alice, client):"
    assert "    client.force_login(alice)" in lines


def test_a_secret_is_read_from_the_environment_and_not_written() -> None:
    secret = Secret("alice_token", "TEST_ALICE_TOKEN", "token", "hunter2!")
    source = "\n".join(secret_fixture(secret))
    assert 'os.environ["TEST_ALICE_TOKEN"]' in source
    assert 'pytest.fail("Expected a token in TEST_ALICE_TOKEN.")' in source
    assert "hunter2" not in source


def test_an_application_is_started_up_and_gives_its_state() -> None:
    assert state_fixture("application") == [
        "@pytest_asyncio.fixture",
        "async def state():",
        "    async with LifespanCommunicator(application) as lifespan:",
        "        yield lifespan.state",
    ]


def test_with_the_communicators_of_channels_it_is_started_up_by_events() -> None:
    source = "\n".join(channels_state_fixture("project.app"))
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.AsyncFunctionDef)
    started, shut_down = source.index("lifespan.startup"), source.index("shutdown")
    assert started < source.index("yield state") < shut_down
    assert "ApplicationCommunicator(\n        project.app, " in source
