"""The module around a test; and that recorded text injects nothing into it."""

import ast

import pytest

from asgilab.errors import ExportError
from asgilab.export._pytest import check_import_string
from tests.export.scripts import written
from tests.replay.recording import TRACEBACK, Recording

ALLOWED = {
    "pytest",
    "asgilab.testing",
    "channels.testing",
    "dirty_equals",
    "json",
    "os",
}


def head(source: str) -> list[str]:
    """Return the import lines of a module."""
    return [line for line in source.splitlines() if line.startswith(("import", "from"))]


def hello(r: Recording, run: int) -> None:
    r.opens("alice", user="alice")
    r.opens("bob", user="bob")
    r.says("alice", {"message": "hi"})
    r.hears("bob", {"id": f"message-{run}{run}{run}", "message": "hi"})


def one(r: Recording, run: int) -> None:
    r.opens("ws1", "/ws/split/")
    r.says("ws1", {"total": 1})
    r.fails(
        "ws1", TRACEBACK.replace("ZeroDivisionError", "json.decoder.JSONDecodeError")
    )


def test_only_what_is_used_is_imported_in_the_order_of_isort() -> None:
    assert head(written(hello).source) == [
        "import pytest",
        "from asgilab.testing import WebsocketCommunicator",
        "from dirty_equals import IsStr",
        "from chat.asgi import application",
    ]
    assert head(written(one, application="shop:app.asgi").source) == [
        "import pytest",
        "from asgilab.testing import WebsocketCommunicator",
        "from json.decoder import JSONDecodeError",
        "from shop import app",
    ]


def test_a_test_for_channels_needs_no_asgilab() -> None:
    source = written(hello, "channels").source
    assert "from channels.testing import WebsocketCommunicator" in source
    assert not any("asgilab" in line for line in head(source))


def test_an_exception_of_the_project_is_imported_beside_the_application() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("ws1")
        r.fails("ws1", TRACEBACK.replace("ZeroDivisionError", "chat.rooms.Full"))

    source = written(talk).source
    assert "from chat.asgi import application\nfrom chat.rooms import Full\n" in source


def test_a_django_project_gets_its_database_and_others_do_not() -> None:
    django = written(hello, settings="chat.settings").source
    assert (
        "pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]"
        in django
    )
    assert "django_db" in written(hello).source, "a user is a row of a database"
    assert "\npytestmark = pytest.mark.asyncio\n" in written(one).source


def test_the_docstring_tells_where_the_test_comes_from() -> None:
    first = written(hello, settings="chat.settings").source.split('"""')[1]
    lines = first.splitlines()
    assert lines[0].startswith("A session of alice and bob, recorded with asgilab ")
    assert lines[2:] == [
        "Application: chat.asgi:application",
        "Settings: chat.settings",
        "Events: 8",
        "",
        "Run: python -m pytest --ds=chat.settings",
        "In: the folder that chat is imported from, or with that as pythonpath.",
    ]


def test_a_second_export_of_the_same_session_is_the_same_file() -> None:
    assert written(hello).source == written(hello).source


@pytest.mark.parametrize(
    ("names", "who"),
    [
        (["ws1"], "A session recorded"),
        (["alice"], "A session of alice, recorded"),
        (["a", "b", "c"], "A session of a, b and c, recorded"),
        (["a", "b", "c", "d", "e"], "A session of a, b and others, recorded"),
    ],
)
def test_the_docstring_names_the_people(names: list[str], who: str) -> None:
    def talk(r: Recording, run: int) -> None:
        for name in names:
            r.opens(name)

    assert written(talk).source.startswith(f'"""{who}')


def test_the_fixtures_of_a_test_are_its_arguments() -> None:
    def talk(r: Recording, run: int) -> None:
        hello(r, run)
        r.says("alice", {"password": "hunter2!"})

    source = written(talk).source
    assert "reaches_bob(alice_user, bob_user, alice_password):" in source
    assert "Secrets come from the environment: TEST_ALICE_PASSWORD." in source


def test_for_channels_a_user_of_requests_only_is_there_as_its_cookie() -> None:
    def talk(r: Recording, run: int) -> None:
        r.requests("http1", "GET", "/", user="alice")
        r.responds("http1", 200, b"{}")

    assert "def test_get_root(alice_cookie):" in written(talk, "channels").source
    assert "def test_get_root(alice):" in written(talk).source


def test_what_is_left_open_is_closed_whatever_happens() -> None:
    tree = ast.parse(written(hello).source)
    (guard,) = [node for node in ast.walk(tree) if isinstance(node, ast.Try)]
    assert [ast.unparse(statement) for statement in guard.finalbody] == [
        "await alice.disconnect()",
        "await bob.disconnect()",
    ]


def test_a_test_without_anything_left_open_needs_no_guard() -> None:
    assert "finally" not in written(one).source


@pytest.mark.parametrize(
    "application",
    ["chat.asgi:application", "app:app", "a.b.c:project.app", "_x:_y"],
)
def test_an_import_string_is_taken_as_it_is(application: str) -> None:
    assert check_import_string(application) == application


@pytest.mark.parametrize(
    "application",
    [
        "",
        "chat.asgi",
        "chat.asgi:",
        ":app",
        "chat asgi:app",
        "chat.class:app",
        "x:y; import os",
        "x:y\nimport os",
        "x:f()",
        "../x:y",
    ],
)
def test_what_is_no_import_string_is_refused(application: str) -> None:
    with pytest.raises(ExportError, match=r"no import string. Expected 'package"):
        check_import_string(application)


def test_an_application_of_a_notebook_cell_is_refused_with_the_way_out() -> None:
    with pytest.raises(ExportError, match="Put it into a module"):
        check_import_string(None)


def foreign(source: str) -> list[str]:
    """Return what a module does that a generated test does not do."""
    tree = ast.parse(source)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [each.name for each in node.names if each.name not in ALLOWED]
        if isinstance(node, ast.ImportFrom):
            found += [str(node.module)] * (node.module not in ALLOWED | {"chat.asgi"})
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            found += [called] * called.startswith(("__", "eval", "exec"))
    alone = [ast.unparse(node) for node in tree.body if isinstance(node, ast.Expr)]
    return found + alone[1:]


EVIL = [
    '"""\nimport antigravity\n"""',
    "'; import antigravity #",
    '"); __import__("antigravity"); ("',
    "{__import__('antigravity')}",
    "\\",
    '\\"""\nimport antigravity',
    "\r\nimport antigravity\r\n",
    "\x00\u2028import antigravity\u202e",
]


@pytest.mark.parametrize("evil", EVIL)
def test_recorded_text_injects_nothing_wherever_it_stands(evil: str) -> None:
    def talk(r: Recording, run: int) -> None:
        varies = f"{evil}-{run}{run}{run}{run}"
        r.opens(
            evil,
            f"/{evil}/?{evil}={evil}&token=hunter2!",
            user=evil,
            subprotocols=[evil],
            headers=[(evil.encode(), evil.encode())],
        )
        r.says(evil, {evil: evil, "type": evil, "password": "hunter2!"})
        r.hears(evil, {evil: varies, "type": evil, "id": varies})
        r.says(evil, f"{evil}{varies}{evil}")
        r.hears(evil, evil)
        r.hears(evil, evil.encode())
        r.sends(evil, {"type": evil, evil: evil})
        r.requests("http1", evil, f"/{evil}/{varies}", evil.encode(), user=evil)
        r.responds("http1", 200, evil.encode(), content_type=evil.encode())
        r.sends(evil, {"type": "websocket.close", "code": 4000, "reason": evil})
        r.fails("http1", f"Traceback (most recent call last):\nKeyError: {evil}")

    for target in ("asgilab", "channels"):
        assert foreign(written(talk, target).source) == []
