"""What came from an application, as magics return it: values that show themselves.

They are what was received, and are shown without its secrets.
"""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from asgilab.notebook._cards import Card, Tone, body_text, count
from asgilab.rendering import visible
from asgilab.sessions import Redact, redact_secrets

_LONGEST_JSON: Final = 20_000


class Answer(dict[str, Any]):
    """An HTTP response: the dict of ``get_response()``, which shows itself.

    Attributes:
        redact: Takes the secrets out of what is shown of it; None shows all.
    """

    def __init__(
        self, *response: Any, redact: Redact | None = redact_secrets, **more: Any
    ) -> None:
        super().__init__(*response, **more)
        self.redact = redact

    @property
    def status(self) -> int:
        """The status code."""
        return int(self["status"])

    @property
    def text(self) -> str:
        """The body as text."""
        return bytes(self["body"]).decode(errors="replace")

    def json(self) -> Any:
        """Return the body, decoded from JSON.

        Raises:
            json.JSONDecodeError: It is none.
        """
        return json.loads(self["body"])

    @property
    def card(self) -> "AnswerCard":
        """What is shown of it."""
        return AnswerCard(self)

    def __repr__(self) -> str:
        return repr(self.card)

    def _repr_html_(self) -> str:
        return self.card._repr_html_()

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(repr(self.card))


@dataclass(frozen=True, slots=True, repr=False)
class AnswerCard(Card):
    """How an HTTP response is shown."""

    answer: Answer

    @property
    def tone(self) -> Tone:
        return "good" if self.answer.status < 400 else "bad"

    @property
    def headline(self) -> str:
        try:
            phrase = HTTPStatus(self.answer.status).phrase
        except ValueError:
            phrase = ""
        size = len(self.answer["body"])
        return f"{self.answer.status} {phrase}".strip() + f", {count(size, 'byte')}"

    @property
    def details(self) -> list[str]:
        shown = (self.answer.redact or dict)(self.answer)
        pairs = shown["headers"]
        lines = [
            visible(f"{name.decode('latin-1')}: {value.decode('latin-1')}")
            for name, value in pairs
        ]
        body = bytes(shown["body"])
        return [*lines, "", *_body_lines(body)] if body else lines


def _body_lines(body: bytes) -> list[str]:
    """Return a body as lines: JSON of a readable size with its indentation."""
    if len(body) <= _LONGEST_JSON:
        try:
            text = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
        except (ValueError, RecursionError):
            pass
        else:
            body = text.encode(errors="backslashreplace")
    return body_text(body).splitlines()


class _Veiled:
    """A frame whose secrets are not shown where it is the result of a cell."""

    shown = ""

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(self.shown)


class _VeiledDict(_Veiled, dict[str, Any]):
    pass


class _VeiledList(_Veiled, list[Any]):
    pass


class _VeiledText(_Veiled, str):
    pass


class _VeiledBytes(_Veiled, bytes):
    pass


_VEILED: Final[dict[type, type[Any]]] = {
    dict: _VeiledDict,
    list: _VeiledList,
    str: _VeiledText,
    bytes: _VeiledBytes,
}


def veiled(frame: Any, redact: Redact | None) -> Any:
    """Return a frame as a cell may show it; one without a secret is itself.

    Args:
        frame: A dict, a list, a text or bytes.
        redact: Takes the secrets out of an event; None shows all.
    """
    shown = frame if redact is None else redact({"payload": frame})["payload"]
    kind = _VEILED.get(type(frame))
    if kind is None or shown == frame:
        return frame
    result = kind(frame)
    result.shown = repr(shown)
    return result
