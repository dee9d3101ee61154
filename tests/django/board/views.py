"""Pages that read, write, and fail."""

import time
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse

from tests.django.board import words
from tests.django.board.models import Note


def write(request: Any) -> HttpResponse:
    """Store a note after having looked whether it is there, in one transaction."""
    text = request.GET["text"]
    with transaction.atomic():
        if not Note.objects.filter(text=text).exists():
            Note.objects.create(text=text)
    return HttpResponse(text)


def slow(request: Any) -> HttpResponse:
    """Store a note after a while, as a test ends meanwhile."""
    time.sleep(0.3)
    Note.objects.create(text="slow")
    return HttpResponse("slow")


def count(request: Any) -> HttpResponse:
    """Say how many notes a database has."""
    database = request.GET.get("database", "default")
    return HttpResponse(str(Note.objects.using(database).count()))


def greet(request: Any) -> HttpResponse:
    """Say what the function and a setting say now."""
    return HttpResponse(f"{words.greeting()} {getattr(settings, 'PLANET', 'earth')}")


def fail(request: Any) -> HttpResponse:
    msg = "the view is broken"
    raise ValueError(msg)
