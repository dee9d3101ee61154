"""Which event an application handles now."""

import pytest
from channels.utils import await_many_dispatch

from asgilab.communicators._handling import Handling


@pytest.mark.parametrize(
    ("first", "aside", "handled"),
    [(None, None, None), (3, None, 3), (None, 4, 4), (5, 4, 5), (3, 4, 3)],
)
def test_it_is_the_clients_event_where_nobody_says_otherwise(
    first: int | None, aside: int | None, handled: int | None
) -> None:
    handling = Handling()
    handling._handling, handling.aside = first, aside
    assert handling.handling == handled


def test_the_names_in_channels_dispatcher_are_still_what_we_take_them_for() -> None:
    assert await_many_dispatch.__qualname__ == "await_many_dispatch"
    assert "result" in await_many_dispatch.__code__.co_varnames
