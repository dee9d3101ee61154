"""Finding an application by its import string, as uvicorn and daphne do.

Nothing is called here but the import itself.
"""

import importlib
import inspect
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from weakref import WeakValueDictionary

from asgilab.errors import ApplicationNotFound, NotAnApplication, UsageError

_FIT: Final[WeakValueDictionary[int, Any]] = WeakValueDictionary()
"""The applications that were looked at and are fit, by their ``id``."""


def load_application(target: str, app_dir: str | None = None) -> Any:
    """Import an application.

    Args:
        target: ``"package.module:attribute"``; the attribute may have dots.
        app_dir: Folder to look in first; it is put on ``sys.path``.

    Returns:
        The application as it was found, or a Channels consumer class.

    Raises:
        ApplicationNotFound: There is no such module or attribute.
        NotAnApplication: There is something, but it cannot be called as one.
        Exception: What the module itself raised while it was imported.

    Example::

        load_application("chat.asgi:application", app_dir="project")
    """
    add_to_path(app_dir)
    module_name, colon, attribute = target.partition(":")
    if not (colon and module_name and attribute):
        raise ApplicationNotFound(target, "there is no ':' between module and name")
    for part in (*module_name.split("."), *attribute.split(".")):
        if not part.isidentifier():
            raise ApplicationNotFound(target, f"{part!r} is no name in Python")
    found: Any = _import(target, module_name)
    for name in attribute.split("."):
        if not hasattr(found, name):
            raise ApplicationNotFound(target, f"{module_name!r} has no {attribute!r}")
        found = getattr(found, name)
    check_application(found, target)
    return found


def check_application(found: Any, target: str) -> None:
    """Make sure that an object can be called as an ASGI application.

    Raises:
        NotAnApplication: It cannot.
    """
    if _FIT.get(id(found)) is found:  # each fork asks again
        return
    _look_at(found, target)
    with suppress(TypeError):  # not everything can be remembered weakly
        _FIT[id(found)] = found


def _look_at(found: Any, target: str) -> None:
    if inspect.isclass(found):
        # A class is a Channels consumer, or an application of the old two calls.
        if not hasattr(found, "as_asgi") and "__call__" not in _names_of(found):
            raise NotAnApplication(target, f"the class {found.__qualname__}")
        return
    if not callable(found):
        raise NotAnApplication(target, f"of type {type(found).__name__}")
    try:
        parameters = inspect.signature(found).parameters.values()
    except (TypeError, ValueError):  # a callable that does not tell its signature
        return
    if not _takes(parameters, 3) and not _takes_scope(parameters):
        names = ", ".join(parameter.name for parameter in parameters)
        raise NotAnApplication(target, f"a callable that takes ({names})")


def add_to_path(app_dir: str | None) -> None:
    """Put a folder at the front of ``sys.path``, once.

    Raises:
        UsageError: There is no such folder.
    """
    if app_dir is None:
        return
    folder = Path(app_dir).expanduser().resolve()
    if not folder.is_dir():
        msg = f"There is no folder {app_dir!r} to look for the application in."
        raise UsageError(msg)
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


def _import(target: str, module_name: str) -> Any:
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
            raise  # the module is there, and something that it imports is not
        reason = (
            f"no module is called {error.name!r} in the folders that Python looks "
            "in, and --app-dir (app_dir=) adds one"
        )
        raise ApplicationNotFound(target, reason) from None


def _names_of(class_: type) -> set[str]:
    """Return what instances of a class have, without what every object has."""
    return {name for each in class_.__mro__[:-1] for name in vars(each)}


def _takes_scope(parameters: Any) -> bool:
    """Tell whether it is the first of the two calls that ASGI had before 3.0.

    Any function of one argument looks like it, so the name decides.
    """
    names = [parameter.name.strip("_") for parameter in parameters]
    return names == ["scope"]


def _takes(parameters: Any, count: int) -> bool:
    """Tell whether that many positional arguments would be accepted."""
    positional = required = 0
    for parameter in parameters:
        if parameter.kind is parameter.VAR_POSITIONAL:
            return required <= count
        if parameter.kind in (
            parameter.POSITIONAL_ONLY,
            parameter.POSITIONAL_OR_KEYWORD,
        ):
            positional += 1
            required += parameter.default is parameter.empty
    return required <= count <= positional
