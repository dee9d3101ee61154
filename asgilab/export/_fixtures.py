"""The fixtures of a generated test: its users, their cookies, its secrets."""

from asgilab.export._literals import text_literal
from asgilab.export._secrets import Secret


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
    return [
        "@pytest.fixture",
        f"def {secret.fixture}():",
        "    # A secret of the recording: it is not in this file.",
        f"    return os.environ[{text_literal(secret.variable)}]",
    ]
