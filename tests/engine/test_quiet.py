"""The value that tells of a loop at rest."""

from asgilab.engine import Quiet


def test_it_is_true_when_it_is_certain() -> None:
    assert Quiet(certain=True, next_timer=5.0, threads=0, sockets=0)
    assert not Quiet(certain=False, next_timer=None, threads=1, sockets=0)


def test_it_is_final_when_only_a_new_event_can_end_it() -> None:
    assert Quiet(certain=True, next_timer=None, threads=0, sockets=0).final
    assert not Quiet(certain=True, next_timer=5.0, threads=0, sockets=0).final
    assert not Quiet(certain=False, next_timer=None, threads=0, sockets=1).final
