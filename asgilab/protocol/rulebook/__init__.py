"""The rules of ASGI as text, one module a chapter; ``_rules`` reads them.

Nothing here acts. A rule is one line of five words and, indented below it, one
sentence of our own::

    WS-30   application  error    spec  -    conversation
        A frame is sent only after ``websocket.accept``.

The words are: the id; who has to keep the rule (``application``, ``server``, which
here is the test, or ``both``); the severity when nothing else is said; the basis
(``spec``, ``rfc`` for the RFCs of HTTP and WebSocket, ``lint`` for neither of them
although most servers punish it); the version of the sub-specification that brought
the rule, or ``-``; and who judges it: ``conversation``, ``scope``, another rule whose
finding covers it, or ``beyond`` when only a running server, communicator or lab can
show it.

An id that ends in ``b`` is the milder form of the rule above it.
"""

from asgilab.protocol.rulebook._extensions import EXTENSIONS
from asgilab.protocol.rulebook._general import GENERAL
from asgilab.protocol.rulebook._http import HTTP
from asgilab.protocol.rulebook._lifespan import LIFESPAN
from asgilab.protocol.rulebook._websocket import WEBSOCKET

CHAPTERS = {
    "General": GENERAL,
    "HTTP": HTTP,
    "WebSocket": WEBSOCKET,
    "Lifespan": LIFESPAN,
    "Extensions": EXTENSIONS,
}
"""The chapters in reading order: title to text."""

__all__ = ["CHAPTERS"]
