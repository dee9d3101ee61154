"""The engine: the event loop, its clock, its idleness, gates and frames.

This floor knows asyncio and asgiref. It knows no protocol: it never looks into
an event, and it does not care whether a connection is HTTP or WebSocket.
"""

from asgilab.engine._at_once import frames_of_threads
from asgilab.engine._awaiters import mark_root
from asgilab.engine._clock import LabClock, clock_of
from asgilab.engine._crossing import Crossing, CrossingCall
from asgilab.engine._frames import (
    FrameText,
    awaiting_line,
    is_user_code,
    line_elsewhere,
    local_of,
    stack_here,
    stack_of,
    user_line,
    user_place,
)
from asgilab.engine._gates import Gates
from asgilab.engine._idleness import Idleness, idleness_of, passes_of, settle
from asgilab.engine._jobs import carry
from asgilab.engine._loop import LabLoop
from asgilab.engine._loop_thread import LoopThread
from asgilab.engine._passes import Passes
from asgilab.engine._quiet import Quiet
from asgilab.engine._shared_thread import SharedThread
from asgilab.engine._shortening import shorten
from asgilab.engine._spawning import spawned_from, watch_spawning
from asgilab.engine._stops import Breakpoint, Direction, Stop, Verdict
from asgilab.engine._wall import joint_travel

__all__ = [
    "Breakpoint",
    "Crossing",
    "CrossingCall",
    "Direction",
    "FrameText",
    "Gates",
    "Idleness",
    "LabClock",
    "LabLoop",
    "LoopThread",
    "Passes",
    "Quiet",
    "SharedThread",
    "Stop",
    "Verdict",
    "awaiting_line",
    "carry",
    "clock_of",
    "frames_of_threads",
    "idleness_of",
    "is_user_code",
    "joint_travel",
    "line_elsewhere",
    "local_of",
    "mark_root",
    "passes_of",
    "settle",
    "shorten",
    "spawned_from",
    "stack_here",
    "stack_of",
    "user_line",
    "user_place",
    "watch_spawning",
]
