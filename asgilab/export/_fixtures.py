"""The fixtures of a generated test: the lifespan, its users, cookies and secrets."""

from typing import Any, Final

from asgilab.export._literals import layout, literal, text_literal
from asgilab.export._nodes import Call, Code
from asgilab.export._secrets import Secret

STATE: Final = "state"
"""Name of the fixture that starts the application up."""

_LIFESPAN: Final[dict[str, Any]] = {
    "type": "lifespan",
    "asgi": {"version": "3.0"},
    "state": Code(STATE),
}


def state_fixture(application: str) -> list[str]:
    """Return the lines of a fixture that starts the application up, and shuts it down.

    Args:
        application: The expression that names the application.
    """
    return [
        "@pytest_asyncio.fixture",
        f"async def {STATE}():",
        f"    async with LifespanCommunicator({application}) as lifespan:",
        "        yield lifespan.state",
    ]


def channels_state_fixture(application: str) -> list[str]:
    """Return the same fixture for the communicators of Channels."""
    call = Call("ApplicationCommunicator", (("", Code(application)), ("", _LIFESPAN)))
    lines = ["@pytest_asyncio.fixture", f"async def {STATE}():", f"    {STATE} = {{}}"]
    lines += layout("lifespan = ", call, indent="    ")
    for phase in ("startup", "shutdown"):
        done = {"type": f"lifespan.{phase}.complete"}
        lines.append(f'    await lifespan.send_input({{"type": "lifespan.{phase}"}})')
        lines.append(f"    assert await lifespan.receive_output() == {literal(done)}")
        if phase == "startup":
            lines.append(f"    yield {STATE}")
    return [*lines, "    await lifespan.wait()"]


def user_fixture(fixture: str, username: str) -> list[str]:
    """Return the lines of a fixture that makes a Django user.

    Args:
        fixture: Name of the fixture.
        username: Name of the user.
    """
    name = text_literal(username)
    return [
        "@pytest.fixture",
        f"def {fixture}(django_user_model):",
        f"    return django_user_model.objects.create_user({name})",
    ]


def cookie_fixture(user: str, fixture: str) -> list[str]:
    """Return the lines of a fixture that signs a user in and gives the cookies.

    Args:
        user: Fixture of the user.
        fixture: Name of the fixture.
    """
    return [
        "@pytest.fixture",
        f"def {fixture}({user}, client):",
        f"    client.force_login({user})",
        '    cookies = client.cookies.output(attrs=[], header="", sep=";")',
        "    return cookies.strip().encode()",
    ]


def secret_fixture(secret: Secret) -> list[str]:
    """Return the lines of a fixture that takes a secret from the environment."""
    variable = text_literal(secret.variable)
    missing = text_literal(f"Expected a {secret.what} in {secret.variable}.")
    return [
        "@pytest.fixture",
        f"def {secret.fixture}():",
        "    # A secret of the recording: it is not in this file.",
        f"    if {variable} not in os.environ:",
        f"        pytest.fail({missing})",
        f"    return os.environ[{variable}]",
    ]
