"""Every error that asgilab raises: one tree, and the class names the party at fault.

An exception of the application itself never becomes one of these: it comes out
as it was raised, with its own traceback.

::

    AsgilabError
    ├── UsageError                 you asked asgilab for something it cannot do
    │   ├── ApplicationNotFound    an import string that leads nowhere
    │   ├── NotAnApplication       the import string leads to something else
    │   ├── RouteNotFound          a path that the application has no route for
    │   ├── UnknownConnection      a connection name that nothing is called
    │   ├── PayloadError           a payload of another kind (an AssertionError)
    │   ├── ScopeError             a URL or header that no scope can hold
    │   ├── SessionFileError       a session file that is not one
    │   ├── WrongLoop              an object of one event loop used on another
    │   ├── LoopReplaced           the lab's loop was made into another class
    │   ├── ExportError            a session that cannot become a test
    │   ├── ForkParted             a session whose first events do not come again
    │   └── IllegalDelivery        the test delivers what no server may deliver
    ├── ApplicationFault           the application under test broke a promise
    │   ├── NoOutput               nothing came within the time (a TimeoutError)
    │   ├── ApplicationEnded       it returned while more was due (a TimeoutError)
    │   ├── UnexpectedEvent        it sent something else (an AssertionError)
    │   ├── ProtocolViolation      it sent what ASGI forbids (an AssertionError)
    │   ├── LifespanFailed         it answered with lifespan.startup.failed
    │   └── UncleanExit            strict exit found something left over
    └── ClientDisconnected         raised *into* the application (an OSError)

    AsgilabWarning                 the same findings, where they only warn
"""

from pathlib import Path


class AsgilabError(Exception):
    """Anything that asgilab itself raises."""


class UsageError(AsgilabError):
    """You asked asgilab for something that it cannot do."""


class ApplicationNotFound(UsageError):
    """An import string that leads to nothing.

    Args:
        target: The import string as it was given.
        reason: What failed, as a clause without a full stop.
    """

    def __init__(self, target: str, reason: str) -> None:
        self.target = target
        self.reason = reason
        super().__init__(
            f"No application at {target!r}: {reason}. "
            "Expected 'package.module:attribute', such as 'chat.asgi:application'."
        )


class NotAnApplication(UsageError):
    """The import string leads to something that is no ASGI application.

    Args:
        target: The import string, or the repr of the object.
        found: What was there instead.
    """

    def __init__(self, target: str, found: str) -> None:
        self.target = target
        self.found = found
        super().__init__(
            f"{target} is {found}, not an ASGI application. "
            "Expected an object to call as application(scope, receive, send)."
        )


class RouteNotFound(UsageError):
    """A path that the application has no route for.

    Args:
        path: The path as it was given.
        routes: The paths there are, as far as they can be seen.
    """

    def __init__(self, path: str, routes: tuple[str, ...]) -> None:
        self.path = path
        self.routes = routes
        expected = f" Expected one of: {', '.join(routes)}." if routes else ""
        super().__init__(f"The application has no route for {path!r}.{expected}")


class UnknownConnection(UsageError):
    """A name that no connection has.

    Args:
        name: The name as it was given.
        known: The names there are, in the order of their opening.
    """

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        self.name = name
        self.known = known
        there = f"Connected: {', '.join(known)}." if known else "Nothing is connected."
        super().__init__(f"No connection is called {name!r}. {there}")


class PayloadError(UsageError, AssertionError):
    """A payload that is not what the call takes."""


class ScopeError(UsageError, ValueError):
    """What was asked for cannot stand in a scope: a URL, a header, a cookie."""


class SessionFileError(UsageError):
    """A session file that cannot be read as one.

    Args:
        path: The file, or None where the text came from elsewhere.
        line: Line number, counted from 1.
        column: Column number, counted from 1.
        reason: What is wrong there, as a clause without a full stop.
    """

    def __init__(self, path: Path | None, line: int, column: int, reason: str) -> None:
        self.path = path
        self.line = line
        self.column = column
        self.reason = reason
        where = f"{path or '<session>'}, line {line}, column {column}"
        super().__init__(f"{where}: {reason}.")


class WrongLoop(UsageError):
    """An object that lives on one event loop was used on another."""


class LoopReplaced(UsageError):
    """Another library has changed the class of a lab's event loop.

    Args:
        found: Name of the class that the loop has now.
        owner: Name of the package that this class comes from.
    """

    def __init__(self, found: str, owner: str) -> None:
        self.found = found
        self.owner = owner
        super().__init__(
            f"{owner} has made the event loop of this test into a {found}, and two "
            "clocks cannot rule one loop. Expected a LabLoop as asgilab made it."
        )


class ExportError(UsageError):
    """A session that cannot become a test, and why."""


class ForkParted(UsageError):
    """A fork that cannot be had: the same events did not come again.

    Args:
        event: The event of the session where it parted.
        how: What was different there, as a clause.
        uncertain: Why the replay could not be certain by then, or "".
    """

    def __init__(self, event: int, how: str, uncertain: str = "") -> None:
        self.event = event
        self.how = how
        self.uncertain = uncertain
        before = f" Rest was not certain before that: {uncertain}." if uncertain else ""
        super().__init__(
            f"The fork parted from its session at event {event}: {how}.{before}"
        )


class IllegalDelivery(UsageError):
    """The test asked to deliver an event that no server may deliver.

    Args:
        rule: The id of the rule, such as ``"WS-02"``.
        reason: What came, the state, and what was allowed.
    """

    def __init__(self, rule: str, reason: str) -> None:
        self.rule = rule
        super().__init__(f"{rule}: {reason}")


class ApplicationFault(AsgilabError):
    """The application under test broke a promise."""


class NoOutput(ApplicationFault, TimeoutError):
    """The application sent nothing within the time allowed.

    It goes on running: nothing was cancelled. The notes of the exception tell
    the last events, where each task stands, and what is still unread.
    """


class ApplicationEnded(ApplicationFault, TimeoutError):
    """The application returned while something was still due from it.

    It is a ``TimeoutError`` as well, because that is what a suite written for
    ``channels.testing`` expects here; it comes at once all the same.
    """


class UnexpectedEvent(ApplicationFault, AssertionError):
    """The application sent another event than the call was waiting for."""


class ProtocolViolation(ApplicationFault, AssertionError):
    """The application sent something that the ASGI specification forbids.

    Args:
        rule: The id of the rule, such as ``"WS-30"``.
        reason: What came, the state, and what was allowed.
    """

    def __init__(self, rule: str, reason: str) -> None:
        self.rule = rule
        super().__init__(f"{rule}: {reason}")


class LifespanFailed(ApplicationFault):
    """The application answered with ``lifespan.startup.failed`` or its like.

    Args:
        message: The text that the application gave, or "".
    """

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message or "The application gave no reason.")


class UncleanExit(ApplicationFault, AssertionError):
    """Strict exit found something left over: unread events, leaked tasks, and so on."""


class ClientDisconnected(AsgilabError, OSError):
    """Raised out of ``send()`` into the application: its client has gone.

    ASGI 2.4 asks a server for a subclass of ``OSError`` here. It is never a
    fault of the application.
    """


class AsgilabWarning(UserWarning):
    """A finding that does not fail the test in the mode that is set."""
