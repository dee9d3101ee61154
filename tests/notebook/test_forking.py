"""The magic that goes another way from an event on, and back again."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

from asgilab.errors import UsageError
from tests.notebook.conftest import Magic


@pytest.fixture
def bob(magic: Magic) -> Magic:
    """The magics, with bob connected and one frame sent and read."""
    magic("connect", "/ws/ --as bob")
    magic("send", 'bob "one"')
    assert magic("receive", "bob") == "one"
    return magic


def test_a_fork_is_the_lab_of_the_notebook_and_goes_its_own_way(
    bob: Magic, shell: InteractiveShell
) -> None:
    before = shell.user_ns["bob"]
    told = repr(bob("fork"))
    assert "This is a fork, after 5 event(s): bob stands where it stood then." in told
    assert shell.user_ns["bob"] is not before
    bob("send", 'bob "two"')
    assert bob("receive", "bob") == "two"


def test_the_lab_that_it_came_from_waits_and_is_there_again_afterwards(
    bob: Magic, shell: InteractiveShell
) -> None:
    bob("fork")
    bob("send", 'bob "two"')
    assert "after 5 event(s): bob." in repr(bob("fork", "--back"))
    bob("send", 'bob "three"')
    assert bob("receive", "bob") == "three"


def test_a_fork_before_an_answer_has_it_still_to_be_read(bob: Magic) -> None:
    bob("fork", "4")
    assert bob("receive", "bob") == "one"


def test_a_fork_of_a_fork_comes_back_to_the_fork(bob: Magic) -> None:
    bob("fork")
    bob("send", 'bob "two"')
    assert bob("receive", "bob") == "two"
    assert "after 7 event(s)" in repr(bob("fork"))
    assert "after 7 event(s): bob." in repr(bob("fork", "--back"))
    assert "after 5 event(s): bob." in repr(bob("fork", "--back"))


def test_there_is_no_way_back_from_what_is_no_fork(bob: Magic) -> None:
    with pytest.raises(UsageError, match="This lab is no fork"):
        bob("fork", "--back")


def test_an_event_that_there_is_not_leaves_the_lab_as_it_was(bob: Magic) -> None:
    with pytest.raises(UsageError, match="no event 99 to fork at"):
        bob("fork", "99")
    bob("send", 'bob "two"')
    assert bob("receive", "bob") == "two"


def test_a_reset_ends_the_fork_and_what_it_came_from(bob: Magic) -> None:
    bob("fork")
    bob("reset")
    with pytest.raises(UsageError, match="This lab is no fork"):
        bob("fork", "--back")
