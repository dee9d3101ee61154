"""What the chat remembers: rooms, and the messages written in them."""

import uuid

from django.conf import settings
from django.db import models


class Room(models.Model):
    """A place to talk, called by the name in its address."""

    name = models.SlugField(max_length=50, unique=True)

    class Meta:
        ordering = ("name",)

    def __str__(self):
        return self.name


class Message(models.Model):
    """One message, with the identity and the time that the server gave it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    room = models.ForeignKey(Room, models.CASCADE, related_name="messages")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="messages"
    )
    text = models.TextField()
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("created",)
        indexes = (models.Index(fields=("room", "created")),)

    def __str__(self):
        return f"{self.author}: {self.text}"

    def as_json(self):
        """Return the message as clients get it, live and in the history."""
        return {
            "id": str(self.id),
            "from": self.author.get_username(),
            "message": self.text,
            "at": self.created.isoformat(),
        }
