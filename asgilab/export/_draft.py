"""What the parts that write a script share while they write it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from asgilab.export._payloads import Payloads
from asgilab.export._variables import Variables


@dataclass(slots=True)
class Draft:
    """A script in the making.

    Attributes:
        options: How each connection was asked for.
        variables: The names of the test.
        payloads: Makes the payloads of the test.
        django: Whether the application is part of a Django project.
        reordered: Step and connection of each group without a fixed order.
        silent: Connections that are open, and must send nothing more in the end.
        notes: What could not be written down as it was.
    """

    options: Mapping[str, Mapping[str, Any]]
    variables: Variables
    payloads: Payloads
    django: bool
    reordered: frozenset[tuple[int, str]]
    silent: dict[str, None] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def variable(self, connection: str) -> str:
        """Return the variable of a connection."""
        return self.variables.of[connection]

    def user(self, connection: str) -> str:
        """Return the fixture of the user of a connection, or ""."""
        return self.variables.user_of(connection, self.options)

    def moves(self, event: int, key: str) -> bool:
        """Tell whether a key of a message differs from run to run."""
        return (key,) in self.payloads.plan.places.get(event, {})
