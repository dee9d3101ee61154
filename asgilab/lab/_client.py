"""One client of an application: what it is told by one response it knows for the next.

A lab's own ``http`` and ``websocket`` remember nothing; this is for an
application that logs in over HTTP and talks over a WebSocket.
"""

from typing import Any, Protocol

from asgilab.communicators import Response, take_cookies


class Requester(Protocol):
    """What a client needs of a lab."""

    def http(self, method: str, path: str, **options: Any) -> Any:
        """Make one HTTP request."""

    def websocket(self, path: str, **options: Any) -> Any:
        """Return a new WebSocket connection."""


class Client:
    """Makes requests and opens connections with the same cookies.

    Args:
        lab: The lab to make them in.
        cookies: The cookies to begin with, by name.

    Attributes:
        cookies: The cookies now.
    """

    def __init__(self, lab: Requester, cookies: dict[str, str]) -> None:
        self._lab = lab
        self.cookies = cookies

    async def http(self, method: str, path: str, **options: Any) -> Response:
        """Make one request with the client's cookies, and keep those it is given.

        Takes what :meth:`Lab.http` takes.
        """
        call = self._lab.http(method, path, **self._with_cookies(options))
        response: Response = await call
        take_cookies(self.cookies, response["headers"])
        return response

    def websocket(self, path: str, **options: Any) -> Any:
        """Return a new connection with the client's cookies, not connected yet.

        Takes what :meth:`Lab.websocket` takes.
        """
        return self._lab.websocket(path, **self._with_cookies(options))

    def _with_cookies(self, options: dict[str, Any]) -> dict[str, Any]:
        cookies = {**self.cookies, **(options.get("cookies") or {})}
        return {**options, "cookies": cookies}
