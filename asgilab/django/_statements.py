"""Statements on PostgreSQL that fail alone, inside a transaction that goes on.

After an error PostgreSQL refuses all that follows in the transaction, unless that is
rolled back to a savepoint. Where a statement needs one is told by ``_commits``.

The savepoint is set by the cursor, inside of all ``execute_wrappers``, those added
later too: one that catches an error and tries again finds a transaction that works.
"""

import contextlib
import functools
import re
from collections.abc import Callable
from typing import Any, Final

from django.db.backends.utils import CursorWrapper

_SKIPPED: Final = re.compile(r"\s+|--[^\n]*|/\*.*?\*/", re.DOTALL)
"""What may stand before a statement; taken piece by piece, none is read twice."""
_OF_SAVEPOINTS: Final = re.compile(r"(?:savepoint|release|rollback)\b", re.IGNORECASE)
_STATEMENT: Final = "asgilab_statement"
"""Name of the savepoint before a statement that is to be a transaction of its own."""
_KINDS: Final[dict[type[CursorWrapper], type[CursorWrapper]]] = {}
"""The class of cursors that was made of another, by that one."""


def marks_transaction(statement: str) -> bool:
    """Tell whether a statement marks the transaction itself, by Django or by hand."""
    place = 0
    while skipped := _SKIPPED.match(statement, place):
        place = skipped.end()
    return _OF_SAVEPOINTS.match(statement, place) is not None


def separated(cursor: Any, alone: Callable[[Any], bool]) -> Any:
    """Return a cursor of Django's, changed so that its statements fail alone.

    Args:
        cursor: The cursor; one that is not Django's is left as it is.
        alone: Tells of a connection whether its next statement is on its own.
    """
    if isinstance(cursor, CursorWrapper):
        kind = type(cursor)
        if kind not in _KINDS:
            _KINDS[kind] = _separating(kind, alone)
        cursor.__class__ = _KINDS[kind]
    return cursor


def _separating(
    kind: type[CursorWrapper], alone: Callable[[Any], bool]
) -> type[CursorWrapper]:
    """Return the class of cursors whose statements fail alone, logging ones too."""

    def of(name: str) -> Callable[..., Any]:
        def execute(cursor: Any, sql: Any, *arguments: Any) -> Any:
            do = functools.partial(getattr(kind, name), cursor, sql, *arguments)
            connection = cursor.db
            if not alone(connection) or marks_transaction(_text(connection, sql)):
                return do()
            return _do_alone(connection, do)

        return execute

    calls = {name: of(name) for name in ("_execute", "_executemany")}
    return type(kind.__name__, (kind,), {**calls, "__module__": kind.__module__})


def _do_alone(connection: Any, do: Callable[[], Any]) -> Any:
    """Execute a statement; an error is the end of it, not of the transaction."""
    _tell(connection, f"SAVEPOINT {_STATEMENT}")
    try:
        result = do()
    except BaseException:
        with contextlib.suppress(Exception):  # What came first is what is told.
            _tell(connection, f"ROLLBACK TO SAVEPOINT {_STATEMENT}")
            _tell(connection, f"RELEASE SAVEPOINT {_STATEMENT}")
        raise
    _tell(connection, f"RELEASE SAVEPOINT {_STATEMENT}")
    return result


def _text(connection: Any, sql: Any) -> str:
    """Return a statement as text, be it one that psycopg composes."""
    if hasattr(sql, "as_string"):
        sql = sql.as_string(connection.connection)
    return sql.decode(errors="replace") if isinstance(sql, bytes) else str(sql)


def _tell(connection: Any, statement: str) -> None:
    """Execute what is not the application's, past Django's log of queries."""
    with connection.wrap_database_errors, connection.connection.cursor() as cursor:
        cursor.execute(statement)
