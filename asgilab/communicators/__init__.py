"""Communicators: each drives one ASGI application as its server and its client.

Importing this floor imports neither IPython nor Django nor pytest.
"""

from asgilab.communicators._application import ApplicationCommunicator
from asgilab.communicators._context import ContextChoice
from asgilab.communicators._cookies import take_cookies
from asgilab.communicators._current import handle_here, pass_here, record_here
from asgilab.communicators._exactly import Exactly
from asgilab.communicators._http import HttpCommunicator
from asgilab.communicators._layer_gate import Incoming
from asgilab.communicators._leftovers import tasks_left, unread_of
from asgilab.communicators._lifespan import LifespanCommunicator
from asgilab.communicators._queue import EventQueue
from asgilab.communicators._registry import live_sessions
from asgilab.communicators._response import Response, ResponseParts
from asgilab.communicators._stream import ResponseStream
from asgilab.communicators._websocket import WebsocketCommunicator
from asgilab.communicators._wiring import Validation, Wiring, usual_validation

__all__ = [
    "ApplicationCommunicator",
    "ContextChoice",
    "EventQueue",
    "Exactly",
    "HttpCommunicator",
    "Incoming",
    "LifespanCommunicator",
    "Response",
    "ResponseParts",
    "ResponseStream",
    "Validation",
    "WebsocketCommunicator",
    "Wiring",
    "handle_here",
    "live_sessions",
    "pass_here",
    "record_here",
    "take_cookies",
    "tasks_left",
    "unread_of",
    "usual_validation",
]
