"""Recorded payloads as the nodes that a statement is made of.

Here the plan of ``_flow``, the matchers and the secrets come together: each
place of a payload becomes a literal, a matcher, a value of an earlier message,
or a fixture.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import NoneType
from typing import Any

from asgilab.export._flow import Carried, Plan, Verdict, Woven
from asgilab.export._literals import literal, quoted_part
from asgilab.export._matchers import matcher_for
from asgilab.export._nodes import Call, Code
from asgilab.export._secrets import Secrets, any_text
from asgilab.replay import Finding, Input, Output, Path, cookies_of, show
from asgilab.sessions import (
    holds_secret,
    is_redacted,
    is_secret_name,
    is_secret_text,
    names_secret_number,
    redact_secrets,
    redacted_text,
    spans,
    value_name,
)


@dataclass(frozen=True, slots=True)
class Matched:
    """A place where the test has a matcher instead of the recorded value.

    Attributes:
        event: Index of the event in the recording.
        connection: Name of the connection.
        path: Where in the message, as JSONPath.
        matcher: The matcher, such as ``"IsUUID(4)"``.
    """

    event: int
    connection: str
    path: str
    matcher: str

    def __str__(self) -> str:
        return f"event {self.event}, {self.connection}, {self.path}: {self.matcher}"


@dataclass(slots=True)
class Payloads:
    """Makes the payloads of a test.

    Attributes:
        plan: What stands in each volatile place.
        variables: Name of the variable that holds a message, by event.
        secrets: The secrets of the session.
        matched: The matchers used so far.
    """

    plan: Plan
    variables: Mapping[int, str]
    secrets: Secrets
    matched: list[Matched] = field(default_factory=list)
    loose: dict[int, set[Path]] = field(default_factory=dict)
    """Places of each event in which the test takes any fitting value."""

    def expected(self, output: Output, root: Path, value: Any) -> Any:
        """Return a payload of the application as the test expects it."""
        source = self.plan.wholes.get(output.event)
        if source is not None and len(root) == 1:
            return Code(self.variables[source])
        return self._node(output, root, value)

    def sent(self, said: Input, root: Path, value: Any) -> Any:
        """Return a payload of the client as the test sends it."""
        return self._node(said, root, value)

    def address(self, said: Input, path: str) -> Any:
        """Return the path and query string that a connection is opened with."""
        verdict = self.plan.places.get(said.event, {}).get(("path",))
        parts = self._parts(verdict) if verdict is not None else [path]
        return _joined([each for part in parts for each in self._veiled(said, part)])

    def pairs(self, said: Input, text: str) -> Any:
        """Return a query string, a body or another text, its secrets replaced."""
        return _joined(self._veiled(said, text))

    def _veiled(self, said: Input, part: str | Code) -> list[str | Code]:
        """Split a text where a ``key=value`` of it holds a secret."""
        if isinstance(part, Code):
            return [part]
        done: list[str | Code] = []
        last = 0
        for span in spans(part):
            value = part[span.start : span.end]
            done.append(part[last : span.start])
            done.append(self.secrets.code(value, said.connection, span.name or "token"))
            last = span.end
        return [*done, part[last:]]

    def headers(self, said: Input, pairs: tuple[tuple[bytes, bytes], ...]) -> list[Any]:
        """Return header pairs, their secrets replaced."""
        return [(key, self._header(said, key, value)) for key, value in pairs]

    def offered(self, said: Input, names: Sequence[str]) -> list[Any]:
        """Return the subprotocols that a client offers, its credentials replaced."""
        shown = redact_secrets({"subprotocols": list(names)})["subprotocols"]
        before = ["", *names]
        return [
            name
            if name == of_it
            else self.secrets.code(name, said.connection, one or "token")
            for name, of_it, one in zip(names, shown, before, strict=False)
        ]

    def chosen(self, name: Any) -> Any:
        """Return the subprotocol that an application chose from the offered ones."""
        return self.secrets.known(name) or name

    def _header(self, said: Input, key: bytes, value: bytes) -> Any:
        name = key.decode("latin-1")
        text = value.decode("latin-1")
        if redact_secrets({"headers": [(key, value)]})["headers"] == [(key, value)]:
            return value
        self.secrets.hide(cookies_of(((key, value),)).values())
        code = self.secrets.code(text, said.connection, name)
        return Code(f"{code.text}.encode()", code.needs)

    def _node(
        self, said: Input | Output, path: Path, value: Any, named: str = ""
    ) -> Any:
        verdict = self.plan.places.get(said.event, {}).get(path)
        if isinstance(verdict, Finding):
            return self._matcher(verdict)
        if verdict is not None:
            return self._known(verdict)
        if isinstance(value, dict):
            named = value_name(value) if "value" in value else ""
            return {
                key: self._node(said, (*path, key), inner, named * (key == "value"))
                for key, inner in value.items()
            }
        if isinstance(value, list):
            return [
                self._node(said, (*path, place), inner, named)
                for place, inner in enumerate(value)
            ]
        return self._leaf(said, path, value, named or _key(path))

    def _leaf(self, said: Input | Output, path: Path, value: Any, key: str) -> Any:
        if type(value) in (int, float):
            return self._number(said, path, value, key)
        if not isinstance(value, str) or not value:
            return value
        whole = is_secret_text(key, value) or holds_secret(value)
        if not whole and redacted_text(value) == value:
            return value
        if isinstance(said, Input):
            if not whole and spans(value):
                return self.pairs(said, value)
            return self.secrets.code(value, said.connection, key or "secret")
        node = self.secrets.expected(value)
        self._note(said.event, said.connection, path, node)
        return node

    def _number(
        self, said: Input | Output, path: Path, value: float, key: str
    ) -> float | Code | Call:
        if not names_secret_number(key):
            return value
        kind = type(value).__name__
        if isinstance(said, Input):
            code = self.secrets.code(str(value), said.connection, key)
            return Code(f"{kind}({code.text})", code.needs)
        self.secrets.hide([str(value)])
        node = Code(f"IsInstance({kind})", (("dirty_equals", "IsInstance"),))
        self._note(said.event, said.connection, path, node)
        return node

    def _matcher(self, finding: Finding) -> Code | Call:
        texts = [value for value in finding.values if isinstance(value, str)]
        named = is_secret_name(_key(finding.path))
        if texts and (named or any(map(holds_secret, texts))):
            self.secrets.hide(texts)
            node: Code | Call = _secret(finding.values, texts)
        else:
            node = matcher_for(finding.values, finding.moments)
        self._note(finding.event, finding.connection, finding.path, node)
        return node

    def _note(self, event: int, connection: str, path: Path, node: Code | Call) -> None:
        self.matched.append(Matched(event, connection, show(path[1:]), literal(node)))
        self.loose.setdefault(event, set()).add(path)

    def _known(self, verdict: Carried | Woven) -> Any:
        return _joined(self._parts(verdict))

    def _parts(self, verdict: Verdict) -> list[str | Code]:
        if isinstance(verdict, Carried):
            return [Code(self._reference(verdict))]
        if isinstance(verdict, Finding):
            return [str(verdict.values[0])]
        return [
            part if isinstance(part, str) else Code(self._reference(part))
            for part in verdict.parts
        ]

    def _reference(self, carried: Carried) -> str:
        steps = "".join(f"[{literal(step)}]" for step in carried.path[1:])
        return f"{self.variables[carried.event]}{steps}"


def _joined(parts: list[str | Code]) -> Any:
    """Return a text, the one piece of code, or an f-string of both."""
    parts = [part for part in parts if part != ""]
    if len(parts) == 1 and isinstance(parts[0], Code):
        return parts[0]
    if not any(isinstance(part, Code) for part in parts):
        return "".join(str(part) for part in parts)
    inner = "".join(
        quoted_part(part)
        if isinstance(part, str)
        # Before Python 3.12 the quotes of an f-string cannot stand inside it. No
        # key in a reference holds a quote: ``_flow`` carries none that does.
        else "{" + part.text.replace('"', "'") + "}"
        for part in parts
    )
    return Code(f'f"{inner}"')


def _key(path: Path) -> str:
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    return "" if len(path) == 1 else key


def _secret(values: Sequence[Any], texts: list[str]) -> Code:
    """Return a matcher that tells of secrets their form and nothing else."""
    if len(texts) == len(values):
        known = [text for text in texts if not is_redacted(text)]
        return _of_length(known) if known else any_text()
    kinds = dict.fromkeys(type(value) for value in values)
    names = ", ".join("type(None)" if k is NoneType else k.__name__ for k in kinds)
    return Code(f"IsInstance(({names}))", (("dirty_equals", "IsInstance"),))


def _of_length(texts: list[str]) -> Code:
    shortest, longest = min(map(len, texts)), max(map(len, texts))
    text = f"IsStr(min_length={shortest}, max_length={longest})"
    return Code(text, (("dirty_equals", "IsStr"),))
