"""What the applications of this folder have seen, for the tests to look at."""

from typing import Any

SEEN: list[Any] = []
"""Codes of websockets that ended, ``"left"`` for a stream whose client went away,
``"started"`` and ``"stopped"`` for lifespans."""
