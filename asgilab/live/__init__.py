"""Real servers on real sockets, and recording what passes through them.

This floor serves an application with uvicorn or Daphne and knows nothing of
Django; the test case for Django projects stands in ``asgilab.django``.
"""

from asgilab.live._server import LiveServer

__all__ = ["LiveServer"]
