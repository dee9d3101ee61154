"""``python -m asgilab.protocol``: prints the rules, the diagrams, nothing else."""

import io
import subprocess
import sys

import pytest

from asgilab.protocol import PROTOCOLS, RULES, state_diagram
from asgilab.protocol.__main__ import main, rule_table


def printed(*arguments: str) -> tuple[int, str]:
    output = io.StringIO()
    return main(arguments, output), output.getvalue()


def test_every_rule_is_printed_once() -> None:
    status, text = printed()
    assert status == 0
    starts = [line.split()[0] for line in text.splitlines() if line[:1].isalpha()]
    assert [start for start in starts if start in RULES] == list(RULES)


def test_a_rule_is_printed_with_its_words_and_its_sentence() -> None:
    assert printed("WS-30") == (
        0,
        "WebSocket\n"
        "---------\n"
        "WS-30    error    application, spec\n"
        "         A frame is sent only after `websocket.accept`.\n",
    )


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("WS-25", "WS-25    error    application, spec 2.1"),
        ("GEN-18", "GEN-18   error    application, spec, judged as EXT-01"),
        ("LIFE-10", "LIFE-10  error    server, spec, judged elsewhere"),
    ],
)
def test_the_words_of_a_rule_tell_version_and_judge(rule: str, line: str) -> None:
    assert printed(rule)[1].splitlines()[2] == line


def test_beginnings_choose_rules_in_any_case() -> None:
    status, text = printed("life", "tls")
    assert status == 0
    assert "LIFE-01" in text
    assert "TLS-08" in text
    assert "WS-30" not in text


def test_a_beginning_that_no_rule_has_is_a_failure() -> None:
    assert printed("XYZ") == (1, "")


@pytest.mark.parametrize("width", [60, 72, 100])
def test_no_line_is_wider_than_asked_for(width: int) -> None:
    lines = rule_table(RULES.values(), width).splitlines()
    assert max(map(len, lines)) <= width


def test_the_diagrams_are_printed_on_demand() -> None:
    status, text = printed("--diagrams")
    assert status == 0
    assert text == "\n".join(state_diagram(each) for each in PROTOCOLS.values())


def test_the_module_runs_as_a_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "asgilab.protocol", "WS-30"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == printed("WS-30")[1]
    assert done.stderr == ""
