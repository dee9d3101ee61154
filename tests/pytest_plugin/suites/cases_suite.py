"""Django's test cases with plain communicators, for its own runner and for pytest."""

from django.contrib.auth.models import User
from django.test import TestCase, TransactionTestCase

from asgilab.testing import HttpCommunicator, WebsocketCommunicator
from chat.asgi import application
from chat.models import Message


async def say(text: str) -> str:
    path = "/ws/chat/lobby/"
    async with WebsocketCommunicator(application, path, user="alice") as alice:
        await alice.send_json_to({"message": text})
        return str((await alice.receive_json_from())["from"])


class InOneTransaction(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        User.objects.create_user("alice")

    async def test_a_websocket(self) -> None:
        assert await say("hi") == "alice"

    async def test_it_was_rolled_back(self) -> None:
        assert await Message.objects.acount() == 0

    async def test_a_request(self) -> None:
        request = HttpCommunicator(application, "GET", "/", user="alice")
        assert (await request.get_response())["status"] == 200
        await request.wait()


class InNone(TransactionTestCase):
    async def test_rows_are_committed(self) -> None:
        await User.objects.acreate(username="alice")
        assert await say("hi") == "alice"
        assert await Message.objects.acount() == 1
