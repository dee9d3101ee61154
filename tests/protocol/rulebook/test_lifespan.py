"""An example that keeps and one that breaks each rule of lifespan."""

import pytest

from tests.protocol.playbook import (
    SHUTDOWN,
    STARTED,
    STARTUP,
    STOPPED,
    Example,
    broken,
    given,
    lifespan,
    queued,
    raises,
    returns,
    sends,
)

FAILED = sends("lifespan.startup.failed", message="no database")
RUNNING = (STARTUP, STARTED)

EXAMPLES = {
    "LIFE-01": Example(lifespan(*RUNNING, SHUTDOWN), lifespan(STARTUP, SHUTDOWN)),
    "LIFE-02": Example(lifespan(*RUNNING), lifespan(*RUNNING, STARTED)),
    "LIFE-03": Example(
        lifespan(*RUNNING, SHUTDOWN, STOPPED), lifespan(*RUNNING, STOPPED)
    ),
    "LIFE-04": Example(
        lifespan(STARTUP, FAILED),
        lifespan(STARTUP, sends("lifespan.startup.failed", message=None)),
    ),
    "LIFE-07": Example(lifespan(STARTUP, FAILED, raises()), lifespan(raises())),
    "LIFE-08": Example(lifespan(*RUNNING, returns()), lifespan(STARTUP, returns())),
    "LIFE-11": Example(lifespan(*RUNNING), lifespan(sends("lifespan.startup.done"))),
}


@pytest.mark.parametrize("rule", EXAMPLES)
def test_what_keeps_a_rule_breaks_none(rule: str) -> None:
    assert broken(EXAMPLES[rule].legal) == []


@pytest.mark.parametrize("rule", EXAMPLES)
def test_what_breaks_a_rule_breaks_no_other(rule: str) -> None:
    assert broken(EXAMPLES[rule].illegal) == [rule]


def test_startup_is_delivered_once() -> None:
    assert broken(lifespan(STARTUP, STARTUP)) == ["LIFE-01"]


def test_shutdown_is_delivered_once() -> None:
    assert broken(lifespan(*RUNNING, SHUTDOWN, SHUTDOWN)) == ["LIFE-01"]


def test_no_shutdown_follows_a_failed_startup() -> None:
    """LIFE-06."""
    assert broken(lifespan(STARTUP, FAILED, SHUTDOWN)) == ["LIFE-01"]


def test_nothing_else_is_delivered() -> None:
    assert broken(lifespan(given("lifespan.reload"))) == ["GEN-12"]


def test_an_answer_before_shutdown_was_received_is_too_early() -> None:
    scene = lifespan(*RUNNING, queued("lifespan.shutdown"), STOPPED, returns())
    assert broken(scene) == ["LIFE-03"]


def test_shutdown_is_answered_once() -> None:
    failed = sends("lifespan.shutdown.failed", message="stuck")
    scene = lifespan(*RUNNING, SHUTDOWN, STOPPED, STOPPED, failed)
    assert broken(scene) == ["LIFE-03", "LIFE-03"]


def test_to_return_without_answering_shutdown_is_no_answer() -> None:
    assert broken(lifespan(*RUNNING, SHUTDOWN, returns())) == ["LIFE-03"]


def test_startup_fails_once_and_completes_no_more() -> None:
    assert broken(lifespan(STARTUP, FAILED, STARTED, FAILED)) == ["LIFE-02", "LIFE-02"]


def test_an_exception_while_running_is_left_to_the_server() -> None:
    assert broken(lifespan(*RUNNING, raises())) == []
