"""What goes through a channel layer, when that is channels_redis and a real Redis.

What is tested stands in ``tests/django/test_layer_tap.py``: events, causes, membership.
"""

from pathlib import Path

import pytest

from tests.fixtures.servers import redis_port
from tests.servers.runner import run_again

__all__ = ["redis_port"]

SCENARIOS = {
    "test_each_call_of_the_layer_is_an_event_of_the_connection_that_made_it",
    "test_a_frame_is_traced_to_the_event_of_another_connection",
    "test_a_communicator_of_its_own_knows_groups_and_sends",
}
"""Some of those tests, so that a run of none cannot pass."""

CERTAIN = ("test_a_missing_group_send_is_told_at_once_with_what_was_done",)
"""With sockets open to Redis, nobody can be certain at once that nothing will come."""


@pytest.mark.long
@pytest.mark.redis
def test_the_tap_works_on_redis(redis_port: str, tmp_path: Path) -> None:
    ran = run_again(
        "tests/django/test_layer_tap.py",
        tmp_path / "report.xml",
        without=CERTAIN,
        ASGILAB_TEST_REDIS=redis_port,
    )
    assert ran.others == set(), ran.output
    assert ran.passed >= SCENARIOS
