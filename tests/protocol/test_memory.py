"""What a conversation knows of its scope."""

from typing import Any

import pytest

from asgilab.protocol._memory import LATEST, Memory, read_version


@pytest.mark.parametrize(
    ("scope", "version"),
    [
        ({"asgi": {"version": "3.0", "spec_version": "2.3"}}, (2, 3)),
        ({"asgi": {"version": "3.0"}}, (2, 0)),
        ({"asgi": {"version": "3.0"}, "spec_version": "2.4"}, (2, 4)),
        ({"spec_version": "2.1"}, (2, 1)),
        ({}, LATEST),
        ({"asgi": {"spec_version": 2.3}}, (2, 0)),
        ({"asgi": {"spec_version": "newest"}}, LATEST),
        ({"asgi": None}, LATEST),
        ({"asgi": "3.0"}, (2, 0)),
    ],
)
def test_the_version_is_found_where_servers_and_channels_put_it(
    scope: dict[str, Any], version: tuple[int, ...]
) -> None:
    assert Memory(scope).version == version


def test_versions_compare_as_numbers() -> None:
    assert read_version("2.10") > read_version("2.9")


@pytest.mark.parametrize("text", ["", "2.", "2.x", "²"])
def test_a_version_that_is_none_counts_as_the_latest(text: str) -> None:
    assert read_version(text) == LATEST


@pytest.mark.parametrize("extensions", [None, [], "push", 5])
def test_a_scope_without_a_dict_of_extensions_announces_none(
    extensions: object,
) -> None:
    assert not Memory({"extensions": extensions}).announces("push")


def test_an_extension_is_announced_by_its_name_whatever_stands_there() -> None:
    assert Memory({"extensions": {"push": None}}).announces("push")


def test_a_new_memory_starts_from_the_defaults_of_its_class() -> None:
    first = Memory({})
    first.greeted = True
    assert not Memory({}).greeted
