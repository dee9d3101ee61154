"""What the board keeps."""

from django.db import models


class Note(models.Model):
    """A line that somebody wrote."""

    text = models.CharField(max_length=100)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return str(self.text)
