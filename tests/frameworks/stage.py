"""Where a conversation takes place: one application, strictly judged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from asgilab.testing import (
    ApplicationCommunicator,
    HttpCommunicator,
    LifespanCommunicator,
    WebsocketCommunicator,
)


@dataclass(frozen=True)
class Framework:
    """An application, and what is known of the framework that it is made with.

    Attributes:
        name: What the framework is called.
        application: The application.
        speaks: What it can hold: ``"http"``, ``"websocket"``, ``"lifespan"``.
        json: Whether its frames are JSON.
        findings: Rule to the reason why it may be found broken here.
        lets_errors_out: Whether an exception of a page comes out of it.
        lets_loss_out: The exception, by name, that comes out of it when the client
            is lost before the handshake is answered, or "".
        lets_leaving_out: The same when it leaves in the middle of its request.
        lets_gone_out: The same when it streams and ``send()`` raises.
        sees_leaving: Whether a page that streams is told that its client left. A
            consumer's is not: it runs in the dispatch, which asks for no event then.
        rejects_early: Whether its rejections come before it has received the connect.
    """

    name: str
    application: Any
    speaks: frozenset[str]
    json: bool = False
    findings: Mapping[str, str] = field(default_factory=dict)
    lets_errors_out: bool = True
    lets_loss_out: str = ""
    lets_leaving_out: str = ""
    lets_gone_out: str = ""
    sees_leaving: bool = True
    rejects_early: bool = False


class Stage:
    """Opens connections to one application and remembers what was found.

    Args:
        framework: Whose application it is.
    """

    def __init__(self, framework: Framework) -> None:
        self.framework = framework
        self.opened: list[ApplicationCommunicator] = []

    def http(self, method: str, path: str, *args: Any, **options: Any) -> Any:
        """Return a communicator for one request."""
        return self._open(HttpCommunicator, method, path, *args, **options)

    def websocket(self, path: str, **options: Any) -> Any:
        """Return a communicator for one WebSocket."""
        return self._open(WebsocketCommunicator, path, **options)

    def lifespan(self) -> Any:
        """Return a communicator for the lifespan."""
        return self._open(LifespanCommunicator)

    @property
    def broken(self) -> list[str]:
        """The rules that were found broken on any of the connections."""
        return [one.rule for each in self.opened for one in each.findings]

    def _open(self, kind: Any, *args: Any, **options: Any) -> Any:
        options = {"validate": "strict", "strict": True, **options}
        communicator = kind(self.framework.application, *args, **options)
        self.opened.append(communicator)
        return communicator
