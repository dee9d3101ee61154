"""The customer's document on setting up: a suite of a project, run as it is told.

The project is the document's ``myproject.myapp``. pytest-asyncio is in strict mode,
which needs the document's mark, and every warning is an error.
"""

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

CONSUMERS = """\
from channels.generic.http import AsyncHttpConsumer
from channels.generic.websocket import WebsocketConsumer

class MyConsumer(AsyncHttpConsumer):
    async def handle(self, body):
        await self.send_response(200, b"test response")

class MySyncConsumer(WebsocketConsumer):
    def receive(self, text_data=None, bytes_data=None):
        self.send(text_data=text_data.upper())
"""

URLS = """\
from django.http import HttpResponse
from django.urls import path

urlpatterns = [path("view/", lambda request: HttpResponse("a normal view"))]
"""

SUITE = """\
import pytest
from asgilab.testing import HttpCommunicator, WebsocketCommunicator
from django.test import SimpleTestCase
from myproject.myapp.consumers import MyConsumer, MySyncConsumer

@pytest.mark.asyncio
async def test_my_consumer():
    communicator = HttpCommunicator(MyConsumer, "GET", "/test/")
    response = await communicator.get_response()
    assert response["body"] == b"test response"
    assert response["status"] == 200

@pytest.mark.asyncio
async def test_my_consumer_as_asgi():
    communicator = HttpCommunicator(MyConsumer.as_asgi(), "GET", "/test/")
    assert (await communicator.get_response())["body"] == b"test response"

def test_a_normal_view(client):
    assert client.get("/view/").content == b"a normal view"

class MoreThanTheDocument(SimpleTestCase):
    async def test_an_async_method_of_a_test_case(self):
        communicator = WebsocketCommunicator(MySyncConsumer.as_asgi(), "/test/")
        assert await communicator.connect() == (True, None)
        await communicator.send_to(text_data="hello")
        assert await communicator.receive_from() == "HELLO"
        await communicator.disconnect()
"""

PYTEST_INI = """\
[pytest]
DJANGO_SETTINGS_MODULE = myproject.settings
django_find_project = false
asyncio_default_fixture_loop_scope = function
filterwarnings = error
"""

NO_LAYER = """\
SECRET_KEY = "for this test"
ROOT_URLCONF = "myproject.urls"
"""

LAYER = """\
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
INSTALLED_APPS = ["channels"]
"""


@pytest.mark.parametrize("more", ["", LAYER], ids=["no-layer", "in-memory-layer"])
def test_the_first_example_of_the_document_passes(more: str, tmp_path: Path) -> None:
    application = tmp_path / "myproject" / "myapp"
    application.mkdir(parents=True)
    for file, text in {
        application / "consumers.py": CONSUMERS,
        application.parent / "urls.py": URLS,
        application.parent / "settings.py": NO_LAYER + more,
        tmp_path / "test_myproject.py": SUITE,
        tmp_path / "pytest.ini": PYTEST_INI,
    }.items():
        file.write_text(text)
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{root}"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--junit-xml=r.xml"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    suite = ElementTree.parse(tmp_path / "r.xml").getroot().find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("skipped")) == ("4", "0")
