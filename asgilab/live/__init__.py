"""Real servers on real sockets, and recording what passes through them.

This floor serves an application with uvicorn or Daphne and knows nothing of
Django; the test case for Django projects stands in ``asgilab.django``.
"""

from asgilab.live._child import when_orphaned
from asgilab.live._collecting import serving
from asgilab.live._failures import OnError, note_on, report
from asgilab.live._recorder import Recorder
from asgilab.live._recording_file import numbered
from asgilab.live._server import LiveServer, MadeElsewhere, Server
from asgilab.live._tail import Tail
from asgilab.sessions import redact_secrets

__all__ = [
    "LiveServer",
    "MadeElsewhere",
    "OnError",
    "Recorder",
    "Server",
    "Tail",
    "note_on",
    "numbered",
    "redact_secrets",
    "report",
    "serving",
    "when_orphaned",
]
