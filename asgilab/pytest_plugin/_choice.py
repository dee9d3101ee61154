"""What a test asks of asgilab: its marker, and what stands in where it is silent.

Only reading and checking is done here. Nothing heavy is imported, because every
test run that has asgilab installed imports this.
"""

import sys
from dataclasses import dataclass
from typing import Any, Final, Literal

import pytest

from asgilab.errors import UsageError

MARKER: Final = "asgi"
_PLACES: Final = (
    "Expected @pytest.mark.asgi(app=...), asgi_app in pytest's configuration, "
    "a fixture asgi_app of your own, or ASGI_APPLICATION in Django's settings."
)


@dataclass(frozen=True, slots=True)
class Choice:
    """The arguments of ``@pytest.mark.asgi``.

    Attributes:
        app: The application, or its import string; None for the default one.
        clock: The clock of the test's event loop.
        validate: What becomes of a breach of the ASGI rules; None for what the
            option ``asgi_validate`` says.
        db: Whether the test uses Django's database: ``"transaction"`` for one
            that commits. None leaves it to the test's own marks and fixtures.
        strict: Whether what an application leaves behind fails the test: unread
            events, a disconnect that it ignores, tasks that go on.
    """

    app: Any = None
    clock: Literal["real", "manual", "virtual"] = "real"
    validate: Literal["off", "record", "spec", "strict"] | None = None
    db: Literal["transaction"] | bool | None = None
    strict: bool = False


_ALLOWED: Final[dict[str, tuple[Any, ...]]] = {
    "clock": ("real", "manual", "virtual"),
    "validate": ("off", "record", "spec", "strict"),
    "db": (True, False, "transaction"),
    "strict": (True, False),
}


def choice_of(item: pytest.Item) -> Choice:
    """Return what the markers of a test ask for, the closest one first.

    Raises:
        UsageError: A marker has an argument that means nothing.
    """
    asked: dict[str, Any] = {}
    for marker in item.iter_markers(MARKER):
        _check(item, marker)
        asked = {**marker.kwargs, **asked}
    return Choice(**asked)


def default_application(config: pytest.Config) -> str:
    """Return the import string of the application that no test has to name.

    Raises:
        UsageError: There is none.
    """
    named = config.getini("asgi_app")
    if named:
        return str(named)
    # Django spells it "chat.asgi.application".
    dotted = getattr(django_settings(), "ASGI_APPLICATION", None)
    if dotted:
        module, _, name = str(dotted).rpartition(".")
        return f"{module}:{name}"
    msg = f"No application is named for this test. {_PLACES}"
    raise UsageError(msg)


def configured_validation(config: pytest.Config) -> Any:
    """Return what becomes of a breach of the ASGI rules where no marker says it.

    Raises:
        pytest.UsageError: The option ``asgi_validate`` has a value that means nothing.
    """
    configured = config.getini("asgi_validate") or "spec"
    if configured not in _ALLOWED["validate"]:
        allowed = ", ".join(_ALLOWED["validate"])
        msg = f"asgi_validate = {configured}; expected one of {allowed}."
        raise pytest.UsageError(msg)
    return configured


def django_settings() -> Any:
    """Return Django's settings where Django is set up in this process, else None."""
    conf = sys.modules.get("django.conf")
    return conf.settings if conf is not None and conf.settings.configured else None


def settings_module() -> str | None:
    """Return the name of Django's settings module, where Django is set up from one."""
    name = getattr(django_settings(), "SETTINGS_MODULE", None)
    return None if name is None else str(name)


def _check(item: pytest.Item, marker: pytest.Mark) -> None:
    known = tuple(Choice.__dataclass_fields__)
    expected = ", ".join(f"{name}=" for name in known)
    if marker.args:
        msg = (
            f"{item.nodeid}: the marker asgi takes no positional argument, "
            f"got {marker.args[0]!r}; expected {expected}."
        )
        raise UsageError(msg)
    for name, value in marker.kwargs.items():
        if name not in known:
            msg = f"{item.nodeid}: the marker asgi has no {name}=; expected {expected}."
            raise UsageError(msg)
        if name in _ALLOWED and value not in _ALLOWED[name]:
            allowed = ", ".join(map(repr, _ALLOWED[name]))
            msg = f"{item.nodeid}: asgi({name}={value!r}); expected one of {allowed}."
            raise UsageError(msg)
