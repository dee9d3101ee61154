"""Websocket consumers that write through the ORM, asynchronous and synchronous."""

from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer, JsonWebsocketConsumer
from django.db import transaction

from tests.django.board.models import Note


def store(text: str) -> int:
    with transaction.atomic():
        if not Note.objects.filter(text=text).exists():
            Note.objects.create(text=text)
        return int(Note.objects.count())


class AsyncBoard(AsyncJsonWebsocketConsumer):
    """Stores what it is sent, answers, tells the group; notes that it was left."""

    groups = ("board",)

    async def receive_json(self, content: Any) -> None:
        if content.get("fail"):
            msg = "the consumer is broken"
            raise ValueError(msg)
        await database_sync_to_async(store)(content["text"])
        await self.send_json({"stored": content["text"]})

    async def board_tell(self, event: Any) -> None:
        await self.send_json({"told": event["text"]})

    async def disconnect(self, code: int) -> None:
        await database_sync_to_async(store)(f"left with {code}")


class SyncBoard(JsonWebsocketConsumer):
    """The same in a thread."""

    def receive_json(self, content: Any) -> None:
        store(content["text"])
        self.send_json({"stored": content["text"]})
