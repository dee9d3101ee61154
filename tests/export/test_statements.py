"""Statements are plain values."""

import dataclasses
from typing import get_args

import pytest

from asgilab.export import _statements
from asgilab.export._statements import Connect, Statement


@pytest.mark.parametrize("kind", get_args(Statement))
def test_a_statement_is_a_value_about_one_connection(kind: type) -> None:
    assert dataclasses.is_dataclass(kind)
    assert dataclasses.fields(kind)[0].name == "connection"
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]  # typeshed does not tell of it


def test_every_statement_is_one_of_the_union() -> None:
    classes = {
        each
        for each in vars(_statements).values()
        if isinstance(each, type) and each.__module__ == _statements.__name__
    }
    assert classes == set(get_args(Statement))


def test_statements_of_the_same_content_are_equal() -> None:
    assert Connect("alice") == Connect("alice")
    assert Connect("alice") != Connect("bob")
