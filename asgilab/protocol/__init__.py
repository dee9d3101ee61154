"""What ASGI allows, as values: rules, transition tables, scopes, servers' habits.

Pure: no input or output, no event loop, no thread, no clock. The communicators ask
``Conversation`` about each event; everything else here is what it judges by, or what
a test is built from.
"""

from asgilab.protocol._conversation import Conversation
from asgilab.protocol._findings import NOTHING, Finding, Findings, Severity
from asgilab.protocol._messages import MESSAGES, Direction, Key, MessageType
from asgilab.protocol._protocol import Protocol
from asgilab.protocol._rules import RULES, Basis, Party, Rule
from asgilab.protocol._severities import OFF, SPEC, STRICT, Severities
from asgilab.protocol._table import Arrow, Table
