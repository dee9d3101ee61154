"""What a timeline sends, when, and what it does with what it is asked."""

from pathlib import Path
from typing import Any

import pytest

from asgilab.notebook.widgets._publisher import BATCH, TAIL, Publisher
from asgilab.sessions import Kind, Session, Source
from tests.notebook.widgets.conftest import Log, NotedControls, fill

READY = {"do": "ready", "view": "v1"}


def opened(session: Session, log: Log, controls: Any = None) -> Publisher:
    """Return a publisher that one view has greeted."""
    publisher = Publisher(session, controls, log)
    publisher.answer(READY)
    return publisher


def settled(publisher: Publisher) -> None:
    while publisher.update():
        pass


def count_of(message: dict[str, Any]) -> int:
    return sum(len(run["rows"]) for run in message.get("rows", ()))


def test_a_view_is_greeted_with_the_first_rows_and_the_state(
    session: Session, log: Log
) -> None:
    opened(session, log)
    (hello,) = log.take("hello")
    assert (hello["view"], hello["live"], hello["total"]) == ("v1", False, 8)
    assert count_of(hello) == 8
    assert {lane[0]: lane[6] for lane in hello["lanes"]} == {
        "alice": "open",
        "bob": "open",
        "carol": "raised",
    }
    assert hello["stops"] == []


def test_a_recorded_session_opens_at_its_head_and_a_live_one_at_its_tail(
    session: Session, log: Log, controls: NotedControls
) -> None:
    fill(session, 1000)
    opened(session, log)
    opened(session, log, controls)
    recorded, live = log.take("hello")
    assert [recorded["rows"][0]["first"], count_of(recorded)] == [0, TAIL]
    assert [live["rows"][0]["first"], count_of(live)] == [1008 - TAIL, TAIL]


def test_new_events_are_sent_together_and_once(session: Session, log: Log) -> None:
    publisher = opened(session, log)
    settled(publisher)
    log.messages.clear()

    fill(session, 50)
    settled(publisher)
    settled(publisher)

    (news,) = log.take("news")
    assert news["total"] == 58
    assert news["rows"][0]["first"] == 8
    assert count_of(news) == 50


def test_of_a_flood_only_the_tail_is_sent_and_the_rest_can_be_asked_for(
    session: Session, log: Log
) -> None:
    publisher = opened(session, log)
    fill(session, 5000)
    settled(publisher)
    (news,) = log.take("news")
    assert count_of(news) == TAIL
    assert news["total"] == 5008

    publisher.answer({"do": "rows", "ranges": [[8, 500], [600, 5000]]})
    (answer,) = log.take("rows")
    assert [run["first"] for run in answer["rows"]] == [8, 600]
    assert count_of(answer) == BATCH


def test_nothing_is_sent_while_nobody_looks(session: Session, log: Log) -> None:
    publisher = Publisher(session, None, log)
    settled(publisher)
    publisher.answer(READY)
    publisher.answer({"do": "gone", "view": "v1"})
    log.messages.clear()
    fill(session, 10)
    settled(publisher)
    assert log.messages == []


def test_messages_are_numbered_without_a_hole_and_ready_sends_all_again(
    session: Session, log: Log
) -> None:
    publisher = opened(session, log)
    publisher.answer({"do": "filter", "text": "bob"})
    fill(session, 3)
    settled(publisher)
    publisher.answer(READY)
    assert log.numbers == list(range(1, len(log.numbers) + 1))
    hello = log.take("hello")[-1]
    assert count_of(hello) == 11
    assert len(hello["lanes"]) == 3
    assert hello["filter"]["hits"] == [1, 5, 6]


def test_a_lane_is_told_again_only_when_it_has_changed(
    session: Session, log: Log, controls: NotedControls
) -> None:
    publisher = opened(session, log, controls)
    settled(publisher)
    log.messages.clear()

    controls.known = {"bob": "paused", "carol": "open"}
    settled(publisher)
    (news,) = log.take("news")
    # What the lab says of carol is older than her end.
    assert [(lane[0], lane[6]) for lane in news["lanes"]] == [("bob", "paused")]

    session.record(1.0, "bob", Kind.END, {"type": "returned"})
    settled(publisher)
    (news,) = log.take("news")
    assert [(lane[0], lane[5], lane[6]) for lane in news["lanes"]] == [
        ("bob", 8, "closed")
    ]


def test_stops_are_told_when_they_change(
    session: Session, log: Log, controls: NotedControls
) -> None:
    publisher = opened(session, log, controls)
    stop = {"id": 1, "connection": "bob", "direction": "send", "message": {"type": "x"}}
    controls.held = [stop]
    settled(publisher)
    settled(publisher)
    (news,) = log.take("news")
    assert [held["connection"] for held in news["stops"]] == ["bob"]
    controls.held = []
    settled(publisher)
    assert log.take("news")[0]["stops"] == []


@pytest.mark.parametrize("what", ["step", "resume", "pause"])
def test_a_button_reaches_the_controls(
    session: Session, log: Log, controls: NotedControls, what: str
) -> None:
    publisher = opened(session, log, controls)
    publisher.answer({"do": what, "connection": "bob"})
    publisher.answer({"do": what, "connection": None})
    assert controls.asked == [(what, "bob"), (what, None)]


def test_a_connection_is_found_by_the_name_that_is_shown(
    log: Log, controls: NotedControls
) -> None:
    made = Session()
    made.record(0, "\x1balice", Kind.OPEN, {"type": "websocket"})
    publisher = opened(made, log, controls)
    publisher.answer({"do": "step", "connection": "␛alice"})
    assert controls.asked == [("step", "\x1balice")]


def test_what_the_lab_refuses_is_told_to_the_view(
    session: Session, log: Log, controls: NotedControls
) -> None:
    def refuse(connection: str | None) -> None:
        raise RuntimeError("The lab has stopped.")

    controls.step = refuse  # type: ignore[method-assign]  # replaced for this test
    publisher = opened(session, log, controls)
    publisher.answer({"do": "step", "connection": None})
    assert log.take("problem") == [{"text": "step: The lab has stopped."}]


@pytest.mark.parametrize(
    "message",
    [
        None,
        5,
        {},
        {"do": []},
        {"do": "forget"},
        {"do": "rows"},
        {"do": "rows", "ranges": [["x", 1]]},
        {"do": "rows", "ranges": 5},
        {"do": "detail", "index": "first"},
        {"do": "detail", "index": 99},
        {"do": "detail", "index": -1},
        {"do": "step", "connection": "bob"},
    ],
)
def test_a_message_that_makes_no_sense_is_answered_with_a_problem(
    session: Session, log: Log, message: Any
) -> None:
    publisher = opened(session, log)
    publisher.answer(message)
    assert len(log.take("problem")) == 1


def test_the_detail_of_an_event_has_its_causes_effects_and_logs(
    session: Session, log: Log
) -> None:
    publisher = opened(session, log)
    publisher.answer({"do": "detail", "index": 3})
    (shown,) = log.take("detail")
    assert [link["index"] for link in shown["effects"]] == [5]
    assert [link["index"] for link in shown["related"]] == [4]
    assert shown["cause"] is None
    publisher.answer({"do": "detail", "index": 5})
    (shown,) = log.take("detail")
    assert shown["cause"]["index"] == 3
    assert [link["index"] for link in shown["related"]] == [4]


def test_the_bytes_of_a_frame_travel_beside_its_detail(
    session: Session, log: Log
) -> None:
    opened(session, log).answer({"do": "detail", "index": 6})
    assert log.messages[-1][2] == [b"\x00\xff"]


def test_code_is_shown_only_of_what_is_live(
    log: Log, controls: NotedControls, tmp_path: Path
) -> None:
    file = tmp_path / "consumers.py"
    file.write_text("pass\n", "utf-8")
    made = Session()
    made.record(0, "a", Kind.SEND, {"type": "x"}, Source(str(file), 1, "f"))
    for known, code in ((None, []), (controls, [[1, "pass"]])):
        opened(made, log, known).answer({"do": "detail", "index": 0})
        assert log.take("detail")[0]["source"]["code"] == code


def test_a_cause_that_is_not_there_is_left_out(log: Log) -> None:
    made = Session()
    made.record(0, "a", Kind.SEND, {"type": "x"}, cause=77)
    made.record(0, "a", Kind.SEND, {"type": "x"}, cause=-5)
    publisher = opened(made, log)
    for index in (0, 1):
        publisher.answer({"do": "detail", "index": index})
    assert [shown["cause"] for shown in log.take("detail")] == [None, None]


def test_a_filter_is_answered_and_goes_on_with_new_events(
    session: Session, log: Log
) -> None:
    publisher = opened(session, log)
    publisher.answer({"do": "filter", "text": "bob"})
    (answer,) = log.take("filter")
    assert answer["filter"]["hits"] == [1, 5, 6]

    session.record(1.0, "bob", Kind.SEND, {"type": "x"})
    settled(publisher)
    (news,) = log.take("news")
    assert news["filter"] == {"hits": [8], "scanned": 9}


def test_a_broken_filter_is_explained_and_the_old_one_stays(
    session: Session, log: Log
) -> None:
    publisher = opened(session, log)
    publisher.answer({"do": "filter", "text": "bob"})
    log.messages.clear()
    publisher.answer({"do": "filter", "text": "/(/"})
    (answer,) = log.take("filter")
    assert "is no regular expression" in answer["filter"]["error"]
    assert "hits" not in answer["filter"]
    publisher.answer(READY)
    assert log.take("hello")[0]["filter"]["text"] == "bob"


def test_what_is_forgotten_is_not_asked_any_more(
    session: Session, log: Log, controls: NotedControls
) -> None:
    publisher = opened(session, log, controls)
    publisher.forget()
    publisher.answer({"do": "step", "connection": None})
    assert controls.asked == []
    assert len(log.take("problem")) == 1


def test_no_secret_is_sent_to_a_view(log: Log) -> None:
    session = Session()
    session.record(0.0, "a", Kind.SEND, {"type": "x", "text": '{"token": "s3cret"}'})
    session.record(0.0, "a", Kind.SEND, {"type": "x"}, None, 0)
    publisher = opened(session, log)
    settled(publisher)
    publisher.answer({"do": "detail", "view": "v1", "index": 0})
    publisher.answer({"do": "detail", "view": "v1", "index": 1})
    sent = repr(log.messages)
    assert len(log.take("detail")) == 2
    assert "[redacted]" in sent
    assert "s3cret" not in sent


def test_a_filter_that_takes_too_long_is_given_up_and_told(
    session: Session, log: Log
) -> None:
    text = "a" * 24 + "b" * 100_000
    session.record(1, "bob", Kind.SEND, {"type": "x", "text": text})
    publisher = opened(session, log)
    log.messages.clear()
    publisher.answer({"do": "filter", "text": "/(.*a){25}/"})
    (told,) = log.take("filter")
    assert told["filter"]["error"].startswith("/(.*a){25}/ takes too long")
    settled(publisher)
    assert log.take("filter") == []
