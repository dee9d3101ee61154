"""Runs after the conversations: what became of the applications?"""

import rooms  # type: ignore[import-not-found]  # copied beside it when it is run


def test_each_application_was_shut_down() -> None:
    assert rooms.EVENTS.count("startup") == rooms.EVENTS.count("shutdown") > 0


def test_each_connection_was_told_that_its_client_has_left() -> None:
    count = rooms.EVENTS.count
    assert count("connect") == count("disconnect") + count("stay") > count("stay") > 0
