"""The live half of the chat: everything that answers without a Django view."""

import json
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.http import AsyncHttpConsumer
from channels.generic.websocket import (
    AsyncJsonWebsocketConsumer,
    WebsocketConsumer,
)

from chat.models import Message, Room

NOT_SIGNED_IN = 4401
"""Close code for a client without a user: 4000 to 4999 are an application's own."""


class ChatConsumer(AsyncJsonWebsocketConsumer):
    """One person in one room.

    The client sends ``{"message": text}``. Everybody in the room, the sender too,
    gets ``{"id", "from", "message", "at"}``. Those who are there already are told
    ``{"notice": "joined" or "left", "user": name}``.
    """

    protocol = "chat.v1"
    group = None

    async def connect(self):
        """Let signed-in people in; refuse the others before the handshake ends."""
        self.user = self.scope["user"]
        if not self.user.is_authenticated:
            await self.close(code=NOT_SIGNED_IN)
            return
        self.room = self.scope["url_route"]["kwargs"]["room"]
        self.group = f"chat.{self.room}"
        await self.tell({"notice": "joined", "user": self.user.get_username()})
        await self.channel_layer.group_add(self.group, self.channel_name)
        offered = self.protocol in self.scope["subprotocols"]
        await self.accept(subprotocol=self.protocol if offered else None)

    async def disconnect(self, code):
        """Leave the room and tell the others."""
        if self.group is None:
            return
        await self.channel_layer.group_discard(self.group, self.channel_name)
        await self.tell({"notice": "left", "user": self.user.get_username()})

    async def receive_json(self, content):
        """Store what was said and pass it on to the room."""
        text = content.get("message") if isinstance(content, dict) else None
        if not isinstance(text, str) or not text.strip():
            await self.send_json({"error": 'Expected {"message": "some text"}.'})
            return
        message = await self.store(text)
        await self.tell(message.as_json())

    async def tell(self, content):
        """Send something to everybody in the room."""
        event = {"type": "chat.tell", "content": content}
        await self.channel_layer.group_send(self.group, event)

    async def chat_tell(self, event):
        """Take an event of the room to this client."""
        await self.send_json(event["content"])

    @database_sync_to_async
    def store(self, text):
        """Write a message down, and the room with its first message."""
        room, _ = Room.objects.get_or_create(name=self.room)
        return Message.objects.create(room=room, author=self.user, text=text)


class EchoConsumer(WebsocketConsumer):
    """The connection check of the page: every frame comes back as it was.

    The page measures how long that takes. Text and bytes both pass.
    """

    def receive(self, text_data=None, bytes_data=None):
        """Send the frame back."""
        self.send(text_data=text_data, bytes_data=bytes_data)


class SplitConsumer(AsyncJsonWebsocketConsumer):
    """Splits a bill: ``{"total": 90, "people": 3}`` is ``{"share": 30.0}`` each.

    Nothing guards against a bill for nobody: zero people end the connection with a
    ZeroDivisionError.
    """

    async def receive_json(self, content):
        """Answer with the share of each."""
        share = content["total"] / content["people"]
        await self.send_json({"share": round(share, 2)})


class HistoryConsumer(AsyncHttpConsumer):
    """The last messages of a room as JSON, the oldest first.

    ``?limit=20`` says how many at most; without it they are 50.
    """

    async def handle(self, body):
        """Answer a signed-in reader."""
        if self.scope["method"] != "GET":
            await self.answer(405, {"error": "Only GET is allowed here."})
        elif not self.scope["user"].is_authenticated:
            await self.answer(403, {"error": "Sign in to read the history."})
        elif (limit := self.limit()) is None:
            await self.answer(400, {"error": "limit is a number from 1 to 500."})
        else:
            room = self.scope["url_route"]["kwargs"]["room"]
            await self.answer(200, {"messages": await self.last(room, limit)})

    def limit(self):
        """Return how many messages were asked for, or None if that is no number."""
        query = parse_qs(self.scope["query_string"].decode())
        asked = query.get("limit", ["50"])[-1]
        if asked.isdecimal() and 1 <= int(asked) <= 500:
            return int(asked)
        return None

    @database_sync_to_async
    def last(self, room, limit):
        """Read the last messages of a room."""
        messages = Message.objects.filter(room__name=room).select_related("author")
        return [message.as_json() for message in messages.reverse()[:limit]][::-1]

    async def answer(self, status, content):
        """Send the whole response."""
        headers = [(b"content-type", b"application/json")]
        await self.send_response(status, json.dumps(content).encode(), headers=headers)
