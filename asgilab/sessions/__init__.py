"""What happened, as values: events, the session that holds them, and its file.

Nothing on this floor drives an application or knows an event loop.
"""

from asgilab.sessions._event import BY_SERVER, UNSUPPORTED, Event, Kind, Source
from asgilab.sessions._file import load
from asgilab.sessions._redaction import (
    Redact,
    hidden_texts,
    is_redacted,
    lacking,
    redact_secrets,
    value_name,
)
from asgilab.sessions._redactor import Redactor
from asgilab.sessions._secret_names import (
    is_secret_name,
    is_secret_text,
    name_secrets,
    named_secrets,
    names_secret_number,
)
from asgilab.sessions._secret_shapes import holds_secret
from asgilab.sessions._secret_spans import REDACTED, spans
from asgilab.sessions._secret_texts import redacted_bytes, redacted_text
from asgilab.sessions._session import Session
from asgilab.sessions._spelling import words

__all__ = [
    "BY_SERVER",
    "REDACTED",
    "UNSUPPORTED",
    "Event",
    "Kind",
    "Redact",
    "Redactor",
    "Session",
    "Source",
    "hidden_texts",
    "holds_secret",
    "is_redacted",
    "is_secret_name",
    "is_secret_text",
    "lacking",
    "load",
    "name_secrets",
    "named_secrets",
    "names_secret_number",
    "redact_secrets",
    "redacted_bytes",
    "redacted_text",
    "spans",
    "value_name",
    "words",
]
