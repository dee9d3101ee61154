"""An HTTP response as a magic returns it: a dict that shows itself."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from asgilab.notebook._cards import Card, Tone, body_text, count
from asgilab.rendering import visible

_LONGEST_JSON: Final = 20_000


class Answer(dict[str, Any]):
    """An HTTP response: the dict of ``get_response()``, which shows itself."""

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
    def tone(self) -> Tone:  # type: ignore[override]
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
        pairs = self.answer["headers"]
        lines = [
            visible(f"{name.decode('latin-1')}: {value.decode('latin-1')}")
            for name, value in pairs
        ]
        body = bytes(self.answer["body"])
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
