"""A second reading of the rules of order, written down without the tables.

Sentences of the specification as plain conditions, event by event. It knows only
events whose values are right, and is slow and long-winded on purpose: it shares
nothing with the walker or its tables, so that a slip in one shows against the other.
"""

from dataclasses import dataclass, field

Action = str
"""An event type, with ``+more`` and the like; or ``(return)`` and the like."""

HTTP_ACTIONS = (
    "http.request",
    "http.request+more",
    "http.disconnect",
    "http.response.start",
    "http.response.start+trailers",
    "http.response.body",
    "http.response.body+more",
    "http.response.zerocopysend",
    "http.response.zerocopysend+more",
    "http.response.pathsend",
    "http.response.trailers",
    "http.response.trailers+more",
    "http.response.push",
    "http.response.early_hint",
    "http.response.debug",
    "(drop)",
    "(return)",
    "(raise)",
)

WEBSOCKET_ACTIONS = (
    "websocket.connect",
    "websocket.connect+unheard",
    "websocket.receive",
    "websocket.disconnect",
    "websocket.accept",
    "websocket.send",
    "websocket.close",
    "websocket.http.response.start",
    "websocket.http.response.body",
    "websocket.http.response.body+more",
    "(hear)",
    "(drop)",
    "(return)",
    "(raise)",
)

LIFESPAN_ACTIONS = (
    "lifespan.startup",
    "lifespan.shutdown",
    "lifespan.shutdown+unheard",
    "lifespan.startup.complete",
    "lifespan.startup.failed",
    "lifespan.shutdown.complete",
    "lifespan.shutdown.failed",
    "(hear)",
    "(return)",
    "(raise)",
)


@dataclass
class NaiveHttp:
    """One request, as a reader of the specification would follow it."""

    started: bool = False
    promised: bool = False
    content: bool = False
    all_content: bool = False
    complete: bool = False
    gone: bool = False
    debugged: bool = False
    whole_request: bool = False
    disconnected: bool = False

    @property
    def state(self) -> str:
        if self.complete:
            return "finished"
        if self.gone:
            return "gone"
        if self.all_content:
            return "trailing"
        if self.content:
            return "streaming"
        return "responding" if self.started else "waiting"

    def judge(self, action: Action) -> str | None:
        """Say which rule the action breaks, and remember it."""
        kind, _, flag = action.partition("+")
        if kind == "http.request":
            return self.request(more=flag == "more")
        if kind == "http.disconnect":
            return self.disconnect()
        if kind == "(drop)":
            self.gone = True
            return None
        if kind == "(return)":
            return self.returned()
        if kind == "(raise)":
            return "HTTP-43" if self.state in UNFINISHED else None
        if self.complete:
            return "HTTP-30"
        if self.gone:
            return "HTTP-33"
        return self.sent(kind, flag)

    def request(self, *, more: bool) -> str | None:
        if self.disconnected:
            return "HTTP-03"
        if self.whole_request:
            return "HTTP-02"
        self.whole_request = not more
        return None

    def disconnect(self) -> str | None:
        if self.disconnected:
            return "HTTP-04"
        self.disconnected = self.gone = True
        return None

    def returned(self) -> str | None:
        verdicts = {
            "waiting": "HTTP-40",
            "responding": "HTTP-24",
            "streaming": "HTTP-41",
            "trailing": "HTTP-42",
        }
        return verdicts.get(self.state)

    def sent(self, kind: str, flag: str) -> str | None:
        name = kind.removeprefix("http.response.")
        if name == "start":
            return self.start(flag)
        if name == "debug":
            return self.debug()
        if name in ("body", "zerocopysend"):
            return self.part(name, more=flag == "more")
        if name == "pathsend":
            return self.path()
        if name == "trailers":
            return self.trailers(more=flag == "more")
        return self.aside(name)

    def start(self, flag: str) -> str | None:
        if self.started:
            return "HTTP-10"
        self.started, self.promised = True, flag == "trailers"
        return None

    def debug(self) -> str | None:
        if self.started or self.debugged:
            return "EXT-71"
        self.debugged = True
        return None

    def part(self, name: str, *, more: bool) -> str | None:
        if not self.started:
            return "HTTP-20" if name == "body" else "EXT-41"
        if self.all_content:
            return "HTTP-23"
        self.content = True
        if not more:
            self.end_of_content()
        return None

    def path(self) -> str | None:
        if not self.started:
            return "EXT-51"
        if self.content:
            return "EXT-52"
        self.content = True
        self.end_of_content()
        return None

    def end_of_content(self) -> None:
        self.all_content = True
        self.complete = not self.promised

    def trailers(self, *, more: bool) -> str | None:
        if not self.all_content:
            return "EXT-33"
        self.complete = not more
        return None

    def aside(self, name: str) -> str | None:
        """Push and early hints: between the start and the end of the content."""
        between = self.started and not self.all_content
        if between:
            return None
        if name == "push":
            return "EXT-21"
        return "EXT-61" if self.started else "EXT-61b"


UNFINISHED = {"responding", "streaming", "trailing"}


@dataclass
class NaiveWebsocket:
    """One websocket, as a reader of the specification would follow it."""

    connected: bool = False
    heard: bool = False
    disconnected: bool = False
    state: str = "connecting"

    def judge(self, action: Action) -> str | None:
        """Say which rule the action breaks, and remember it."""
        kind, _, flag = action.partition("+")
        if kind == "websocket.connect":
            return self.connect(heard=flag != "unheard")
        if kind == "websocket.receive":
            return self.receive()
        if kind == "websocket.disconnect":
            return self.disconnect()
        if kind == "(hear)":
            self.heard = self.heard or self.connected
            return None
        if kind == "(drop)":
            self.leave()
            return None
        if kind == "(return)":
            verdicts = {"connecting": "WS-50", "open": "WS-51", "denying": "EXT-16"}
            return verdicts.get(self.state)
        if kind == "(raise)":
            return "WS-52" if self.state == "open" else None
        return self.sent(kind.removeprefix("websocket."), flag)

    def connect(self, *, heard: bool) -> str | None:
        if self.connected:
            return "WS-01"
        self.connected, self.heard = True, heard
        return None

    def receive(self) -> str | None:
        if self.disconnected:
            return "WS-03"
        if not self.connected:
            return "WS-01"
        if self.state == "gone":
            return "WS-03"
        return None if self.state == "open" else "WS-02"

    def disconnect(self) -> str | None:
        if self.disconnected:
            return "WS-08"
        early = not self.connected
        if early and self.state not in ("connecting", "open", "denying"):
            return "WS-01"
        self.disconnected = True
        self.leave()
        return "WS-01" if early else None

    def leave(self) -> None:
        if self.state in ("connecting", "open", "denying"):
            self.state = "gone"

    def sent(self, name: str, flag: str) -> str | None:
        if self.state == "gone":
            return "WS-40"
        if self.state == "denying":
            return self.while_denying(name, flag)
        if self.state in ("closed", "rejected", "denied"):
            return AFTER_THE_END[name]
        if self.state == "open":
            return self.while_open(name)
        return self.as_an_answer(name)

    def while_denying(self, name: str, flag: str) -> str | None:
        if name == "http.response.start":
            return "EXT-13"
        if name != "http.response.body":
            return "EXT-12"
        if flag != "more":
            self.state = "denied"
        return None

    def while_open(self, name: str) -> str | None:
        if name == "accept":
            return "WS-20"
        if name.startswith("http."):
            return "EXT-11"
        if name == "close":
            self.state = "closed"
        return None

    def as_an_answer(self, name: str) -> str | None:
        if name == "send":
            return "WS-30"
        if name == "http.response.body":
            return "EXT-14"
        self.state = {"accept": "open", "close": "rejected"}.get(name, "denying")
        return None if self.heard else "WS-21"


AFTER_THE_END = {
    "accept": "WS-20",
    "send": "WS-41",
    "close": "WS-41b",
    "http.response.start": "EXT-11",
    "http.response.body": "EXT-15",
}


@dataclass
class NaiveLifespan:
    """One lifespan, as a reader of the specification would follow it."""

    state: str = "starting"
    asked: bool = False
    heard: bool = False
    pending: list[str] = field(default_factory=list)

    def judge(self, action: Action) -> str | None:
        """Say which rule the action breaks, and remember it."""
        kind, _, flag = action.partition("+")
        if kind == "lifespan.startup":
            again, self.asked = self.asked, True
            return "LIFE-01" if again else None
        if kind == "lifespan.shutdown":
            return self.shutdown(heard=flag != "unheard")
        if kind == "(hear)":
            self.heard = self.heard or self.state == "stopping"
            return None
        if kind == "(return)":
            return {"starting": "LIFE-08", "stopping": "LIFE-03"}.get(self.state)
        if kind == "(raise)":
            return "LIFE-07" if self.state == "starting" else None
        return self.answer(kind.removeprefix("lifespan."))

    def shutdown(self, *, heard: bool) -> str | None:
        if self.state != "running":
            return "LIFE-01"
        self.state, self.heard = "stopping", self.heard or heard
        return None

    def answer(self, name: str) -> str | None:
        if name.startswith("startup"):
            if self.state != "starting":
                return "LIFE-02"
            self.state = "running" if name.endswith("complete") else "failed"
            return None
        if self.state != "stopping":
            return "LIFE-03"
        self.state = "ended"
        return None if self.heard else "LIFE-03"
