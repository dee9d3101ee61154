"""A script as the text of a test module: imports, fixtures, the test function."""

import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from importlib.metadata import PackageNotFoundError, version
from keyword import iskeyword
from typing import Any, Final

from asgilab.errors import ExportError
from asgilab.export._fixtures import (
    STATE,
    channels_state_fixture,
    cookie_fixture,
    secret_fixture,
    state_fixture,
    user_fixture,
)
from asgilab.export._names import UNNAMED
from asgilab.export._nodes import Need, needs_of
from asgilab.export._rendering import (
    Style,
    Target,
    cookie_of,
    is_ambiguous,
    render,
)
from asgilab.export._script import Script
from asgilab.export._statements import (
    ExpectJson,
    ExpectRaised,
    ExpectResponse,
    ExpectUnordered,
    HttpRequest,
    Open,
    Statement,
)
from asgilab.sessions import words

_IMPORT_STRING: Final = re.compile(
    r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*"
)
_STANDARD: Final = frozenset({"json", "os"})
_BODY: Final = "    "


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a test comes from, as its docstring tells.

    Attributes:
        application: Import string of the application.
        settings: Django settings module, or None.
        connections: Names of the connections.
        events: How many events the recording has.
        lifespan: Whether the application is started up before its connections.
    """

    application: str
    settings: str | None
    connections: tuple[str, ...]
    events: int
    lifespan: bool = False


def check_import_string(application: str | None) -> str:
    """Return the import string of a session, or say why there can be no test.

    Raises:
        ExportError: There is none, or it is no ``module:attribute``.
    """
    if application is None:
        msg = (
            "The application of this session has no import string: it was given as an "
            "object, one that a notebook cell defines for example. A test has to "
            "import it. Put it into a module and name that, such as "
            "'%asgi_app chat.asgi:application'; then record again."
        )
        raise ExportError(msg)
    parts = re.split(r"[.:]", application)
    if not _IMPORT_STRING.fullmatch(application) or any(map(iskeyword, parts)):
        msg = (
            f"{application[:80]!r} is no import string. "
            "Expected 'package.module:attribute', such as 'chat.asgi:application'."
        )
        raise ExportError(msg)
    return application


def write_module(script: Script, origin: Origin, name: str, target: Target) -> str:
    """Return the source of a test module.

    Args:
        script: What the test does.
        origin: Where it comes from.
        name: Name of the test function.
        target: Whose communicators it uses.
    """
    style = Style(target, origin.application.partition(":")[2], origin.lifespan)
    cookies = _signed_in(script) if target is Target.CHANNELS else []
    fixtures = [
        *([STATE] if style.state else []),
        *_users_at_hand(script, cookies),
        *map(cookie_of, cookies),
        *(secret.fixture for secret in script.secrets),
    ]
    head = [
        *_docstring(script, origin),
        "",
        *_imports(script, origin, style),
        "",
        _marks(script, origin),
    ]
    blocks = [
        head,
        *_lifespan(style),
        *(user_fixture(fixture, user) for fixture, user in script.users.items()),
        *(cookie_fixture(user, cookie_of(user)) for user in cookies),
        *(secret_fixture(secret) for secret in script.secrets),
        _function(script, name, style, fixtures),
    ]
    return "\n\n\n".join("\n".join(block) for block in blocks) + "\n"


def _lifespan(style: Style) -> list[list[str]]:
    if not style.state:
        return []
    ours = style.target is Target.ASGILAB
    write = state_fixture if ours else channels_state_fixture
    return [write(style.application)]


def with_proof(source: str, verdict: str) -> str:
    """Return a module whose docstring tells how its test has fared.

    Args:
        source: The module, as :func:`write_module` has written it.
        verdict: What to tell, on one line.
    """
    events = re.compile(r"^Events: \d+$", re.MULTILINE)
    return events.sub(lambda found: f"{found[0]}\nProof: {verdict}", source, count=1)


def _docstring(script: Script, origin: Origin) -> list[str]:
    people = [name for name in origin.connections if not UNNAMED.fullmatch(name)]
    who = _enumerated([" ".join(words(name)) or "somebody" for name in people])
    lines = [
        f'"""A session{who} recorded with asgilab {_version()}.',
        "",
        f"Application: {origin.application}",
    ]
    if origin.settings and re.fullmatch(r"[\w.]+", origin.settings):
        lines.append(f"Settings: {origin.settings}")
    lines.append(f"Events: {origin.events}")
    lines += ["", *_how_to_run(origin)]
    if script.secrets:
        variables = ", ".join(secret.variable for secret in script.secrets)
        lines += ["", f"Secrets come from the environment: {variables}."]
    return [*lines, '"""']


def _how_to_run(origin: Origin) -> list[str]:
    """Return what somebody needs to know who finds the file alone."""
    settings = origin.settings or ""
    known = f" --ds={settings}" if re.fullmatch(r"[\w.]+", settings) else ""
    package = re.split(r"[.:]", origin.application)[0]
    return [
        f"Run: python -m pytest{known}",
        f"In: the folder that {package} is imported from, or with that as pythonpath.",
    ]


def _enumerated(people: list[str]) -> str:
    if not people:
        return ""
    if len(people) > 3:
        people = [*people[:2], "others"]
    *first, last = people
    return f" of {', '.join(first)} and {last}," if first else f" of {last},"


def _version() -> str:
    try:
        return version("asgilab")
    except PackageNotFoundError:
        return "(not installed)"


def _marks(script: Script, origin: Origin) -> str:
    if origin.settings is None and not script.users:
        return "pytestmark = pytest.mark.asyncio"
    return "pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]"


def _imports(script: Script, origin: Origin, style: Style) -> list[str]:
    module, _, attribute = origin.application.partition(":")
    needs = set(_needs(script, style.target)) | _lifespan_needs(style)
    standard = sorted({need for need in needs if need[0] in _STANDARD})
    own = {(module, attribute.partition(".")[0])}
    package = module.partition(".")[0]
    own |= {need for need in needs if need[0].partition(".")[0] == package}
    other = needs - own - set(standard) | {("pytest", "")}
    blocks = [_import_lines(set(block)) for block in (standard, other, own) if block]
    return [line for block in blocks for line in (*block, "")][:-1]


def _import_lines(needs: set[Need]) -> list[str]:
    whole = sorted(f"import {module}" for module, name in needs if not name)
    modules: dict[str, list[str]] = {}
    for module, name in sorted(needs):
        if name:
            modules.setdefault(module, []).append(name)
    return whole + [
        f"from {module} import {', '.join(names)}" for module, names in modules.items()
    ]


def _lifespan_needs(style: Style) -> set[Need]:
    if not style.state:
        return set()
    ours = style.target is Target.ASGILAB
    name = "LifespanCommunicator" if ours else "ApplicationCommunicator"
    return {("pytest_asyncio", ""), (style.target.value, name)}


def _needs(script: Script, target: Target) -> Iterator[Need]:
    if script.secrets:
        yield "os", ""
    for statement in _all_statements(script):
        for each in fields(statement):
            yield from needs_of(getattr(statement, each.name))
        yield from _statement_needs(statement, target)


def _statement_needs(statement: Statement, target: Target) -> Iterator[Need]:
    if isinstance(statement, Open):
        yield target.value, "WebsocketCommunicator"
    elif isinstance(statement, HttpRequest):
        yield target.value, "HttpCommunicator"
    elif isinstance(statement, ExpectUnordered):
        yield "dirty_equals", "IsList"
    elif isinstance(statement, ExpectRaised):
        module, _, name = statement.exception.rpartition(".")
        if module and not hasattr(builtins, statement.exception):
            yield module, name
    if isinstance(statement, (HttpRequest, ExpectResponse)) and statement.json:
        yield "json", ""
    if target is Target.ASGILAB and any(map(is_ambiguous, _compared(statement))):
        yield target.value, "Exactly"


def _compared(statement: Statement) -> Iterator[Any]:
    """Yield the JSON that a statement compares."""
    if isinstance(statement, ExpectJson):
        yield statement.payload
    elif isinstance(statement, ExpectUnordered) and statement.json:
        yield from statement.payloads
    elif isinstance(statement, ExpectResponse) and statement.json:
        yield statement.body


def _all_statements(script: Script) -> Iterator[Statement]:
    yield from script.opened
    for paragraph in script.paragraphs:
        yield from paragraph


def _signed_in(script: Script) -> list[str]:
    """Return the fixtures of the users that make HTTP requests."""
    requests = [s for s in _all_statements(script) if isinstance(s, HttpRequest)]
    return list(dict.fromkeys(request.user for request in requests if request.user))


def _users_at_hand(script: Script, cookies: list[str]) -> list[str]:
    """Return the users that the test itself names."""
    opening = {s.user for s in _all_statements(script) if isinstance(s, Open)}
    return [user for user in script.users if user in opening or user not in cookies]


def _function(
    script: Script, name: str, style: Style, fixtures: list[str]
) -> list[str]:
    lines = [f"async def {name}({', '.join(fixtures)}):"]
    for opened in script.opened:
        lines += render(opened, style, _BODY)
    deeper = f"{_BODY}    " if script.closed else _BODY
    if script.closed:
        lines.append(f"{_BODY}try:")
    elif len(script.opened) > 1:
        lines.append("")
    for number, paragraph in enumerate(script.paragraphs):
        if number:
            lines.append("")
        for statement in paragraph:
            lines += render(statement, style, deeper)
    if script.closed:
        lines.append(f"{_BODY}finally:")
        lines += [f"{deeper}await {each}.disconnect()" for each in script.closed]
    return lines
