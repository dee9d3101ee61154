"""The engine: the event loop, its clock, its idleness, gates and frames.

This floor knows asyncio and asgiref. It knows no protocol: it never looks into
an event, and it does not care whether a connection is HTTP or WebSocket.
"""

from asgilab.engine._awaiters import mark_root
from asgilab.engine._clock import LabClock, clock_of
from asgilab.engine._crossing import Crossing, CrossingCall
from asgilab.engine._frames import (
    FrameText,
    awaiting_line,
    is_user_code,
    stack_here,
    stack_of,
    user_line,
    user_place,
)
from asgilab.engine._gates import Gates, Stop
from asgilab.engine._idleness import Idleness, idleness_of, passes_of, settle
from asgilab.engine._loop import LabLoop
from asgilab.engine._loop_thread import LoopThread
from asgilab.engine._passes import Passes
from asgilab.engine._quiet import Quiet
from asgilab.engine._shortening import shorten

__all__ = [
    "Crossing",
    "CrossingCall",
    "FrameText",
    "Gates",
    "Idleness",
    "LabClock",
    "LabLoop",
    "LoopThread",
    "Passes",
    "Quiet",
    "Stop",
    "awaiting_line",
    "clock_of",
    "idleness_of",
    "is_user_code",
    "mark_root",
    "passes_of",
    "settle",
    "shorten",
    "stack_here",
    "stack_of",
    "user_line",
    "user_place",
]
