"""What Django's flush leaves is given back as a copy, while a test is repeated."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import TransactionTestCase

from asgilab.django import remembered_flush
from chat.models import Room

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def flushes() -> Iterator[list[Any]]:
    """Return a list that each flush of Django's own is noted in."""
    flush: Any = vars(TransactionTestCase)["_fixture_teardown"]
    noted: list[Any] = []

    def noting(case: Any) -> None:
        noted.append(case)
        flush(case)

    with patch.object(TransactionTestCase, "_fixture_teardown", noting):
        yield noted


def end_of_a_test() -> None:
    case: Any = TransactionTestCase()
    case._fixture_teardown()


def contents() -> list[str]:
    """Return every row there is but the count of keys, as SQL."""
    lines = connection.connection.iterdump()
    return [line for line in lines if "sqlite_sequence" not in line]


def test_the_first_time_django_flushes_and_then_the_same_is_given_back(
    flushes: list[Any],
) -> None:
    with remembered_flush():
        for number in range(4):
            Room.objects.create(name=f"{number}")
            Permission.objects.all().delete()
            end_of_a_test()
            assert not Room.objects.exists()
            assert Permission.objects.exists()
    assert len(flushes) == 1


def test_what_is_given_back_is_what_a_flush_would_leave(flushes: list[Any]) -> None:
    with remembered_flush():
        end_of_a_test()
        flushed = contents()
        ContentType.objects.all().delete()
        Room.objects.create(name="left over")
        end_of_a_test()
        assert contents() == flushed
    assert len(flushes) == 1


def test_keys_do_not_begin_anew_before_the_first_flush_either(
    flushes: list[Any],
) -> None:
    first = Room.objects.create(name="one").pk
    with remembered_flush():
        end_of_a_test()
        assert Room.objects.create(name="two").pk > first
        end_of_a_test()
        assert Room.objects.create(name="three").pk > first
    assert len(flushes) == 1


def test_where_somebody_holds_a_lock_django_has_its_say() -> None:
    flushes = 0

    def flush(_case: Any) -> None:
        nonlocal flushes
        flushes += 1

    name = str(connection.settings_dict["NAME"])
    with (
        patch.object(TransactionTestCase, "_fixture_teardown", flush),
        remembered_flush(),
        closing(sqlite3.connect(name, uri=True)) as other,
    ):
        end_of_a_test()
        other.execute("BEGIN")
        other.execute("SELECT * FROM chat_room").fetchall()
        end_of_a_test()
        other.rollback()
        assert flushes == 2
        end_of_a_test()
        assert flushes == 2


def test_another_kind_of_database_is_flushed_each_time(flushes: list[Any]) -> None:
    with remembered_flush():
        for _ in range(2):
            with patch("asgilab.django._flushing._can_be_copied", lambda _: False):
                end_of_a_test()
    assert len(flushes) == 2


def test_afterwards_each_test_is_flushed_by_django_again(flushes: list[Any]) -> None:
    with remembered_flush():
        end_of_a_test()
        end_of_a_test()
    end_of_a_test()
    end_of_a_test()
    assert len(flushes) == 3
