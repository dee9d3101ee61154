"""No lab ever writes into the project's own database unless it is told to."""

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from django.db import connections

from asgilab.django import _test_databases
from asgilab.django._test_databases import (
    SharedDatabases,
    given_by_a_test_runner,
    has_settings,
)
from asgilab.example import DIRECTORY

BEGINNING = f"""
import os, sys
sys.path.insert(0, {str(DIRECTORY)!r})

def users():
    from django.contrib.auth.models import User
    return list(User.objects.values_list("username", flat=True))

def talk(lab):
    lab.start()
    alice = lab.websocket("/ws/chat/lobby/", name="alice", user="alice")
    assert lab.call(alice.connect()) == (True, None)
    lab.call(alice.send_json_to({{"message": "hi"}}))
    assert lab.call(alice.receive_json_from())["message"] == "hi"
    assert users() == ["alice"]
    assert lab.session.settings == "chat.settings"

def set_up():
    os.environ["DJANGO_SETTINGS_MODULE"] = "chat.settings"
    import django
    django.setup()
"""

SCRIPTS = {
    "the module of the application names its settings": """
import asgilab
failing = asgilab.Lab("chat.asgi:application", lifespan="on")
try:
    failing.start()
except ValueError:
    assert users() == [], "after a failed start the project's own are there again"
else:
    raise AssertionError
one = asgilab.Lab("chat.asgi:application").start()
two = asgilab.Lab("chat.asgi:application")
talk(two)
one.stop()
assert users() == ["alice"], "the other lab is still open"
two.stop()
assert users() == []
""",
    "the environment names its settings": """
os.environ["DJANGO_SETTINGS_MODULE"] = "chat.settings"
import asgilab
lab = asgilab.Lab("chat.asgi:application")
talk(lab)
lab.stop()
""",
    "Django has been set up, as its tutorial does it in a shell": """
set_up()
from django.test.utils import setup_test_environment
setup_test_environment()
assert users() == []
from chat.asgi import application
import asgilab
lab = asgilab.Lab(application)
talk(lab)
lab.stop()
assert users() == []
""",
    "the project's database is in memory": """
os.environ["CHAT_DATABASE"] = ":memory:"
set_up()
from django.contrib.auth.models import User
from django.core.management import call_command
call_command("migrate", verbosity=0)
User.objects.create_user("carol")
import asgilab
lab = asgilab.Lab("chat.asgi:application")
talk(lab)
lab.stop()
assert users() == ["carol"]
""",
    "the settings are made by hand": """
from django.conf import settings
settings.configure(
    DATABASES={"default": {
        "ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["CHAT_DATABASE"]
    }},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes"],
)
from channels.generic.websocket import WebsocketConsumer

class Registration(WebsocketConsumer):
    def connect(self):
        from django.contrib.auth.models import User
        User.objects.create_user("dave")
        self.accept()

import asgilab
lab = asgilab.Lab(Registration).start()
assert lab.call(lab.websocket("/").connect()) == (True, None)
assert users() == ["dave"]
assert lab.session.settings is None
lab.stop()
assert users() == []
""",
}


def environment(**more: str) -> dict[str, str]:
    without = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    return {**without, **more}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of the chat project, with its tables."""
    database = tmp_path_factory.mktemp("project") / "project.sqlite3"
    migrate = [sys.executable, str(DIRECTORY / "manage.py"), "migrate", "-v", "0"]
    env = environment(CHAT_DATABASE=str(database))
    subprocess.run(migrate, env=env, check=True, timeout=60)
    return database


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_the_projects_own_database_is_spared_when(script: str, project: Path) -> None:
    before = sha256(project.read_bytes()).digest()
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", BEGINNING + script],
        env=environment(CHAT_DATABASE=str(project)),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert sha256(project.read_bytes()).digest() == before
    assert list(project.parent.iterdir()) == [project]


def test_the_databases_of_this_test_run_are_taken_for_what_they_are() -> None:
    assert has_settings()
    assert given_by_a_test_runner()


@pytest.mark.django_db
def test_and_they_are_while_a_test_may_use_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert given_by_a_test_runner()
    settings = connections["default"].settings_dict
    monkeypatch.setitem(settings, "NAME", "/srv/project.sqlite3")
    assert not given_by_a_test_runner()
    monkeypatch.setitem(settings, "NAME", "test_project")
    assert given_by_a_test_runner()
    test = {**settings["TEST"], "NAME": "/srv/trial.sqlite3"}
    monkeypatch.setitem(settings, "TEST", test)
    monkeypatch.setitem(settings, "NAME", "/srv/trial_2.sqlite3")
    assert given_by_a_test_runner()


def test_a_database_that_cannot_be_created_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(**_: object) -> None:
        raise ConnectionError("no server")

    databases = SharedDatabases()
    monkeypatch.setattr(_test_databases, "setup_databases", refuse)
    with pytest.raises(ConnectionError, match="no server"):
        databases.enter()
    with pytest.raises(RuntimeError, match="before they are there"):
        databases.in_thread(list)


def test_database_work_has_a_thread_only_between_enter_and_leave(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[str] = []
    monkeypatch.setattr(SharedDatabases, "_create", lambda _: made.append("made"))
    databases = SharedDatabases()
    databases.enter()
    databases.enter()
    databases.leave()
    assert databases.in_thread(lambda: 7) == 7
    databases.leave()
    with pytest.raises(RuntimeError):
        databases.in_thread(list)
    assert made == ["made"]
