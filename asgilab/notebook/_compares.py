"""What %asgi_replay and %asgi_diff return: two sessions, and what they differ in.

Comparing itself is done in ``asgilab.lab`` and ``asgilab.replay``.
"""

from dataclasses import dataclass

from asgilab.notebook._cards import Card, Tone, count
from asgilab.rendering import visible
from asgilab.replay import Difference
from asgilab.sessions import Session


@dataclass(frozen=True, slots=True, repr=False)
class Compares(Card):
    """Two sessions side by side; it is true where they do not differ.

    Attributes:
        text: What was compared.
        differences: What they differ in.
        session: The one on the right: after a replay, the replay.
        volatile: How many values are not counted, because they change each time.
        moving: How that is known of them.
    """

    text: str
    differences: tuple[Difference, ...]
    session: Session
    volatile: int = 0
    moving: str = "that change in every replay"

    @property
    def tone(self) -> Tone:
        return "bad" if self.differences else "good"

    @property
    def headline(self) -> str:
        number = len(self.differences)
        found = count(number, "difference") if number else "no difference"
        return f"{visible(self.text)}: {found}."

    @property
    def details(self) -> list[str]:
        lines = [visible(str(each)) for each in self.differences]
        if self.volatile:
            values = count(self.volatile, "value")
            lines.append(f"not counted: {values} {self.moving}")
        return lines

    def __bool__(self) -> bool:
        return not self.differences
