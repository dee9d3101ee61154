"""docs/reference/protocol.md is drawn from the tables, so it cannot drift from them.

``python -m tests.protocol.test_reference`` writes it anew.
"""

from pathlib import Path

from asgilab.protocol import PROTOCOLS, RULES, state_diagram

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "protocol.md"

HEAD = """\
# Protocol reference

What asgilab holds applications (and tests) to. This page is written from the tables in
`asgilab/protocol`; `python -m asgilab.protocol` prints the rules in a terminal.
"""


def page() -> str:
    """Return the page as the tables have it now."""
    parts = [HEAD]
    for name, protocol in PROTOCOLS.items():
        drawing = state_diagram(protocol)
        parts.append(f"## States of {name}\n\n```mermaid\n{drawing}```\n")
    parts.append("## Rules\n\n| rule | severity | says |\n| --- | --- | --- |")
    for rule in RULES.values():
        sentence = rule.sentence.replace("|", "\\|")
        parts.append(f"| {rule.id} | {rule.severity.value} | {sentence} |")
    head, rows = parts[:5], parts[5:]
    return "\n".join([*head, *rows]) + "\n"


def test_the_page_is_what_the_tables_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "Write it anew: python -m tests.protocol.test_reference"
    )


def test_every_state_is_drawn() -> None:
    text = page()
    for protocol in PROTOCOLS.values():
        for state in protocol.states:
            assert f"    {state}\n" in text


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
