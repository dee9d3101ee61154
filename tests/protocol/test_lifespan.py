"""The table of lifespan.

An example of each rule is in ``rulebook/test_lifespan.py``.
"""

from asgilab.protocol._lifespan import LIFESPAN, TABLE


def test_the_states_are_those_of_a_lifespan() -> None:
    assert LIFESPAN.states == ("starting", "running", "stopping", "failed", "ended")


def test_a_lifespan_ends_by_a_failure_or_by_an_answer_to_shutdown() -> None:
    assert LIFESPAN.ends == {"failed", "ended"}


def test_shutdown_is_delivered_while_running_and_never_else() -> None:
    legal = {
        state
        for state, arrows in TABLE.items()
        if arrows["lifespan.shutdown"].rule is None
    }
    assert legal == {"running"}


def test_an_early_answer_to_shutdown_is_taken_all_the_same() -> None:
    arrow = TABLE["stopping"]["lifespan.shutdown.complete+early"]
    assert (arrow.rule, arrow.state, arrow.taken) == ("LIFE-03", "ended", True)
