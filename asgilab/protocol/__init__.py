"""What ASGI allows, as values: rules, transition tables, scopes, servers' habits.

Pure: no input or output, no event loop, no thread, no clock. The communicators ask
``Conversation`` about each event; everything else here is what it judges by, or what
a test is built from.
"""

from asgilab.protocol._conversation import Conversation
from asgilab.protocol._diagram import state_diagram
from asgilab.protocol._extensions import HTTP_EXTENSIONS, WEBSOCKET_EXTENSIONS
from asgilab.protocol._findings import NOTHING, Finding, Findings, Severity
from asgilab.protocol._memory import announced_version
from asgilab.protocol._messages import MESSAGES, Direction, Key, MessageType
from asgilab.protocol._presets import SERVERS, Ending, ServerHabits, server_habits
from asgilab.protocol._protocol import Protocol
from asgilab.protocol._protocols import PROTOCOLS
from asgilab.protocol._request_headers import FILLED_IN, Filled
from asgilab.protocol._rules import RULES, Basis, Party, Rule
from asgilab.protocol._scope_rules import check_scope
from asgilab.protocol._scopes import (
    HttpScopeOptions,
    ScopeOptions,
    http_scope,
    lifespan_scope,
    websocket_scope,
)
from asgilab.protocol._severities import OFF, SPEC, STRICT, Severities
from asgilab.protocol._table import Arrow, Table

__all__ = [
    "FILLED_IN",
    "HTTP_EXTENSIONS",
    "MESSAGES",
    "NOTHING",
    "OFF",
    "PROTOCOLS",
    "RULES",
    "SERVERS",
    "SPEC",
    "STRICT",
    "WEBSOCKET_EXTENSIONS",
    "Arrow",
    "Basis",
    "Conversation",
    "Direction",
    "Ending",
    "Filled",
    "Finding",
    "Findings",
    "HttpScopeOptions",
    "Key",
    "MessageType",
    "Party",
    "Protocol",
    "Rule",
    "ScopeOptions",
    "ServerHabits",
    "Severities",
    "Severity",
    "Table",
    "announced_version",
    "check_scope",
    "http_scope",
    "lifespan_scope",
    "server_habits",
    "state_diagram",
    "websocket_scope",
]
