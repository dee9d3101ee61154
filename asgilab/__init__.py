"""asgilab: the notebook laboratory for ASGI applications.

The front door: names are fetched when they are first used, so that importing
``asgilab`` costs nothing and pulls in neither IPython nor Django nor pytest.

In a notebook::

    %load_ext asgilab
    %asgi_app chat.asgi:application --settings chat.settings
    %asgi_connect /ws/chat/lobby/ --as alice --user alice

In a program::

    async with asgilab.Lab(application) as lab:
        alice = lab.websocket("/ws/chat/lobby/", name="alice")
        await alice.connect()

A kernel that has imported this may run pytest, which would warn that it comes too
late to rewrite assertions. There are none here: PYTEST_DONT_REWRITE
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from asgilab import errors
    from asgilab.lab import Lab
    from asgilab.sessions import Event, Session, load

__version__ = "0.1.0"

__all__ = ["Event", "Lab", "Session", "errors", "load"]

_ROOMS: Final = {
    "Event": "asgilab.sessions",
    "Lab": "asgilab.lab",
    "Session": "asgilab.sessions",
    "load": "asgilab.sessions",
}


def __getattr__(name: str) -> Any:
    if name == "errors":
        return import_module("asgilab.errors")
    if name not in _ROOMS:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(_ROOMS[name]), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])


def load_ipython_extension(ip: Any) -> None:
    """Make the magics known; ``%load_ext asgilab`` calls this."""
    import_module("asgilab.notebook").load_ipython_extension(ip)


def unload_ipython_extension(ip: Any) -> None:
    """Take the magics away again; ``%unload_ext asgilab`` calls this."""
    import_module("asgilab.notebook").unload_ipython_extension(ip)
