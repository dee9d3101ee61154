"""What the runs of a test need to know of its session, and how they are told."""

from asgilab.export import Proof
from asgilab.export._proving import origins
from asgilab.proof import Killing, Origin, PytestRun
from asgilab.replay import Volatility, steps
from tests.replay.recording import Recording

PASSED = PytestRun("1 passed in 0.1s", {"passed": 1})


def test_the_verdict_is_one_line() -> None:
    proof = Proof(PASSED, Killing((True, True), 41, 41))
    assert proof.verdict(2) == (
        "passes 3/3 · kills 41/41 mutants · 2 volatile values matched"
    )
    assert proof.verdict(1).endswith("1 volatile value matched")
    assert Proof(PASSED).verdict(0) == "passes 1/1 · 0 volatile values matched"


def test_survivors_are_named_and_many_of_them_are_counted() -> None:
    few = Proof(PASSED, Killing((True, True), 9, 9, ("event 4, alice: is not sent",)))
    assert few.verdict(0).startswith("passes 3/3 · kills 8/9 mutants")
    assert few.lines() == [
        "pytest: 1 passed in 0.1s",
        "  would not be noticed: event 4, alice: is not sent",
    ]
    many = Proof(PASSED, Killing((True, True), 20, 20, tuple(map(str, range(12)))))
    assert many.lines()[-1] == "  … and 4 more"


def test_what_was_not_run_and_what_went_wrong_is_told() -> None:
    proof = Proof(PASSED, Killing((True, False), 20, 5, (), "It keeps something."))
    assert proof.lines()[1:] == [
        "  note: 15 more mutants were not run: no time left.",
        "  note: It keeps something.",
    ]
    assert proof.verdict(0).startswith("passes 2/3 · kills 5/5 mutants")


def test_a_run_that_failed_is_told_with_its_output() -> None:
    failed = PytestRun("1 failed in 0.1s", {"failed": 1}, "E  no", 1)
    assert Proof(failed).lines() == ["pytest: 1 failed in 0.1s", "E  no"]
    assert Proof(failed).verdict(0).startswith("passes 0/1")


def test_events_are_known_by_the_place_in_which_their_connection_sends_them() -> None:
    recording = Recording()
    recording.opens("alice", "/ws/")
    recording.opens("bob", "/ws/")
    recording.says("alice", {"n": 1})
    recording.hears("bob", {"id": 7})
    recording.hears("alice", {"n": 2})
    taken = steps(recording.session)
    spoken = {
        name: [o.event for step in taken for o in step.of(name)]
        for name in ("alice", "bob")
    }
    loose = {spoken["bob"][1]: frozenset({("text", "id")})}
    found = Volatility(reordered=((2, "alice"),))
    assert origins(taken, loose, found) == [
        Origin("alice", tuple(spoken["alice"]), {}, frozenset({1})),
        Origin("bob", tuple(spoken["bob"]), {1: frozenset({("text", "id")})}),
    ]
