"""Taps: they listen to what an application does besides talking to its client.

A tap records into the session of the connection whose code is running; it never
changes what it listens to.
"""

from asgilab.taps._logs import LogTap

__all__ = ["LogTap"]
