"""Comparing JSON the way a client sees it, in the assertion of a test."""

from typing import Any


class Exactly:
    """JSON whose types count: ``True`` is not ``1``, and ``1.0`` is not ``1``.

    Python takes them for equal, a client in another language does not. Matchers,
    those of dirty-equals for example, may stand anywhere in it.

    Args:
        expected: What a decoded JSON text has to be.

    Example::

        assert await alice.receive_json_from() == Exactly({"online": True})
    """

    __hash__ = None  # type: ignore[assignment]  # how Python spells "unhashable"

    def __init__(self, expected: Any) -> None:
        self.expected = expected

    def __eq__(self, found: object) -> bool:
        return _same(found, self.expected)

    def __repr__(self) -> str:
        return f"Exactly({self.expected!r})"


def _same(found: Any, expected: Any) -> bool:
    kind = type(expected)
    if kind is dict:
        return (
            isinstance(found, dict)
            and found.keys() == expected.keys()
            and all(_same(found[key], value) for key, value in expected.items())
        )
    if kind is list:
        return (
            isinstance(found, list)
            and len(found) == len(expected)
            and all(map(_same, found, expected))
        )
    if kind in (bool, int, float):
        return type(found) is kind and found == expected
    return bool(found == expected)
