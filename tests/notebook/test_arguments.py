"""What stands behind a magic on its line."""

from argparse import ArgumentParser
from typing import Any

import pytest
from IPython.core.error import UsageError
from IPython.core.magic_arguments import argument, magic_arguments

from asgilab.notebook._arguments import parse, split, split_payload


@magic_arguments()
@argument("path", metavar="PATH", help="where to")
@argument("--header", action="append", help="a header")
@argument("--count", type=int, help="how many")
@argument("--json", help="a payload")
def asgi_example(line: str) -> None:
    """Do something."""


PARSER: ArgumentParser = asgi_example.parser


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", []),
        ("  /ws/  --as alice ", ["/ws/", "--as", "alice"]),
        ("--header 'Origin: http://x'", ["--header", "Origin: http://x"]),
        ('--header "X: it\'s"', ["--header", "X: it's"]),
        ("'' x", ["", "x"]),
        ("/ws/ # don't", ["/ws/"]),
        ("/ws/ #don't", ["/ws/"]),
        ("/ws/#part", ["/ws/#part"]),
        ("'#room'", ["#room"]),
        (r"C:\projects\chat", [r"C:\projects\chat"]),
        ("a; b", ["a;", "b"]),
    ],
)
def test_a_line_is_split_as_a_shell_would(line: str, words: list[str]) -> None:
    assert split(line).words == words


@pytest.mark.parametrize(
    ("line", "words", "silent"),
    [
        ("/ws/;", ["/ws/"], True),
        ("/ws/ ;  # quiet", ["/ws/"], True),
        ("'/ws/';", ["/ws/"], True),
        ("';'", [";"], False),
        ("/ws/", ["/ws/"], False),
        ("/ws/ # a;", ["/ws/"], False),
    ],
)
def test_a_semicolon_at_the_end_silences(
    line: str, words: list[str], silent: bool
) -> None:
    assert split(line) == (words, silent)


def test_the_line_is_parsed_by_the_parser_of_the_magic() -> None:
    arguments = parse(PARSER, "/ws/ --header 'A: b' --header C:d --count 2;", {})
    assert vars(arguments) == {
        "path": "/ws/",
        "header": ["A: b", "C:d"],
        "count": 2,
        "json": None,
        "silent": True,
    }


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("", "the following arguments are required: PATH"),
        ("/ws/ --colour red", "unrecognized arguments: --colour red"),
        ("/ws/ --count many", "invalid int value: 'many'"),
        ("'/ws/", 'no closing quotation in "\'/ws/"'),
    ],
)
def test_bad_arguments_show_one_line_with_the_usage(line: str, reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(PARSER, line, {})
    message = str(caught.value)
    assert message.startswith("%asgi_example: ")
    assert reason in message
    assert message.endswith(
        "Usage: %asgi_example [--header HEADER] [--count COUNT] [--json JSON] PATH"
    )
    assert "\n" not in message


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('alice {"text": "a  b; # it\'s"}', ("alice", '{"text": "a  b; # it\'s"}')),
        ("  alice   'x'  ", ("alice", "'x'")),
        ("alice", ("alice", "")),
        ("", ("", "")),
        ('$who {"a": "$who"}', ("bob", '{"a": "$who"}')),
        ("{names[0]} {names[0]}", ("carol", "{names[0]}")),
        ('{"a": 1}', ('{"a":', "1}")),
    ],
)
def test_the_payload_stays_as_it_was_typed(
    line: str, expected: tuple[str, Any]
) -> None:
    assert split_payload(line, {"who": "bob", "names": ["carol"]}) == expected


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("/ws/$room/", "/ws/lobby/"),
        ("/ws/{room}/{n+1}/", "/ws/lobby/3/"),
        ("/ws/{unknown}/", "/ws/{unknown}/"),
        ("/ws/{1/0}/", "/ws/{1/0}/"),
        ("'/ws/$room/'", "/ws/lobby/"),
    ],
)
def test_variables_stand_in_the_words_of_a_line(line: str, path: str) -> None:
    assert parse(PARSER, line, {"room": "lobby", "n": 2}).path == path


@pytest.mark.parametrize("line", ["/ws/ --json '{\"a\":1}'", "/ws/ '--json={\"a\":1}'"])
def test_a_payload_among_the_arguments_stays_as_it_was_typed(line: str) -> None:
    assert parse(PARSER, line, {}).json == '{"a":1}'
