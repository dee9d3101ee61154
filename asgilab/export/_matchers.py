"""The narrowest matcher of dirty-equals that fits every value seen in one place.

A matcher stands where replays disagree; nothing else of a payload becomes
weaker. Whether a value is carried from one message to another is decided in
``_flow``, before a matcher is asked for.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from asgilab.export._literals import raw_literal
from asgilab.export._nodes import Call, Code
from asgilab.export._patterns import pattern_of
from asgilab.replay import permuted, same

_NOW: Final = 2.0
"""Seconds around now that ``IsNow()`` allows."""

_ISO: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?"
)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


def matcher_for(values: Sequence[Any], moments: Sequence[datetime] = ()) -> Code | Call:
    """Return the narrowest matcher that all the values satisfy.

    Args:
        values: What was seen in one place, in different runs.
        moments: When each of them was sent: a time close to it is "now".

    Example::

        matcher_for(["6f0c…", "41d2…"]).text       # 'IsUUID(4)'
    """
    kinds = {type(value) for value in values}
    if len(kinds) > 1:
        return _either(values, moments)
    first = values[0]
    if isinstance(first, bool):
        return _call("IsOneOf", *sorted(set(values)))
    if isinstance(first, (int, float)):
        return _number(values, moments)
    if isinstance(first, str):
        return _text(values, moments)
    if isinstance(first, bytes):
        return _bytes(values)
    return _array(values) if isinstance(first, list) else _object(values)


def _text(values: Sequence[str], moments: Sequence[datetime]) -> Code | Call:
    versions = [_uuid_version(value) for value in values]
    if all(versions):
        (version, *others) = set(versions)
        known = version if not others and version in (1, 2, 3, 4, 5) else ""
        return _code("IsUUID", f"IsUUID({known})")
    if all(map(_is_iso, values)):
        return _time(values, moments)
    if all(_DAY.fullmatch(value) and _parses(value) for value in values):
        return _code("IsDate", "IsDate(iso_string=True)")
    return _regex("IsStr", raw_literal(pattern_of(values)))


def _time(values: Sequence[str], moments: Sequence[datetime]) -> Code:
    times = [datetime.fromisoformat(value) for value in values]
    offsets = {time.utcoffset() for time in times}
    if _all_now(times, moments):
        if offsets == {UTC.utcoffset(None)}:
            return _code("IsNow", 'IsNow(iso_string=True, tz="UTC")')
        # Where this machine's zone is UTC, local time and UTC look the same, and
        # which of them was meant cannot be told.
        if offsets == {None} and moments[0].astimezone().utcoffset():
            return _code("IsNow", "IsNow(iso_string=True)")
    return _code("IsDatetime", "IsDatetime(iso_string=True)")


def _number(values: Sequence[float], moments: Sequence[datetime]) -> Code:
    try:
        times = [datetime.fromtimestamp(value, UTC) for value in values]
    except (OverflowError, ValueError, OSError):
        times = []
    if times and _all_now(times, moments):
        return _code("IsNow", "IsNow(unix_number=True)")
    name = "Int" if isinstance(values[0], int) else "Float"
    if min(values) > 0:
        return _code(f"IsPositive{name}")
    if min(values) == 0:
        return _code(f"Is{name}", f"Is{name}(ge=0)")
    if max(values) < 0:
        return _code(f"IsNegative{name}")
    return _code(f"Is{name}")


def _bytes(values: Sequence[bytes]) -> Code | Call:
    try:
        texts = [value.decode("ascii") for value in values]
    except UnicodeDecodeError:
        lengths = [len(value) for value in values]
        limits = f"min_length={min(lengths)}, max_length={max(lengths)}"
        return _code("IsBytes", f"IsBytes({limits})")
    pattern = raw_literal(pattern_of(texts))
    prefix = "rb" if pattern.startswith("r") else "b"
    return _regex("IsBytes", prefix + pattern.removeprefix("r"))


def _array(values: Sequence[list[Any]]) -> Code | Call:
    if permuted(values):
        arguments = (*(("", item) for item in values[0]), ("check_order", False))
        return Call("IsList", arguments, (("dirty_equals", "IsList"),))
    limits = f"length=({min(map(len, values))}, ...)"
    return _code("IsList", f"IsList({limits})")


def _object(values: Sequence[dict[str, Any]]) -> Code | Call:
    """Objects whose keys differ: what they share is compared, the rest is not."""
    first, *others = values
    shared = {
        key: value
        for key, value in first.items()
        if all(key in other and same(other[key], value) for other in others)
    }
    if shared:
        return _call("IsPartialDict", shared)
    lengths = {len(value) for value in values}
    if len(lengths) > 1:
        return _code("IsInstance", "IsInstance(dict)")
    needs = (("dirty_equals", "HasLen"), ("dirty_equals", "IsInstance"))
    return Code(f"IsInstance(dict) & HasLen({lengths.pop()})", needs)


def _either(values: Sequence[Any], moments: Sequence[datetime]) -> Call:
    """Values of several types: a choice of one matcher for each type."""
    choices: list[Any] = []
    for kind in dict.fromkeys(type(value) for value in values):
        group = [value for value in values if type(value) is kind]
        when = [m for v, m in zip(values, moments, strict=False) if type(v) is kind]
        equal = all(same(group[0], value) for value in group)
        choices.append(group[0] if equal else matcher_for(group, when))
    return _call("IsOneOf", *choices)


def _uuid_version(text: str) -> int | None:
    try:
        parsed = UUID(text)
    except ValueError:
        return None
    written = str(parsed) if "-" in text else parsed.hex
    return parsed.version if written == text.lower() and parsed.version else None


def _is_iso(text: str) -> bool:
    return _ISO.fullmatch(text) is not None and _parses(text)


def _parses(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _all_now(times: Sequence[datetime], moments: Sequence[datetime]) -> bool:
    return len(times) == len(moments) and all(
        abs((_aware(time) - moment).total_seconds()) <= _NOW
        for time, moment in zip(times, moments, strict=True)
    )


def _aware(time: datetime) -> datetime:
    return time if time.tzinfo is not None else time.astimezone()


def _regex(name: str, pattern: str) -> Call:
    return Call(name, (("regex", Code(pattern)),), (("dirty_equals", name),))


def _code(name: str, text: str = "") -> Code:
    return Code(text or f"{name}()", (("dirty_equals", name),))


def _call(name: str, *arguments: Any) -> Call:
    return Call(
        name, tuple(("", argument) for argument in arguments), (("dirty_equals", name),)
    )
