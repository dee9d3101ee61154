"""Random conversations: the walker against a judge that knows no table.

The second judge is in ``naive.py``. The short cuts of the walker are held against its
own long way here too.
"""

from dataclasses import replace
from typing import Any

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from asgilab.protocol import (
    MESSAGES,
    Conversation,
    Direction,
    http_scope,
    websocket_scope,
)
from tests.protocol.naive import (
    HTTP_ACTIONS,
    LIFESPAN_ACTIONS,
    WEBSOCKET_ACTIONS,
    NaiveHttp,
    NaiveLifespan,
    NaiveWebsocket,
)
from tests.protocol.playbook import ALL_HTTP, EVERYTHING
from tests.protocol.stage import Stage, event

MANY = settings(max_examples=200, deadline=None)


def differing(kind: str, naive: Any, actions: list[str]) -> list[str]:
    """Return the actions up to the first that is judged otherwise, or none."""
    stage = Stage(kind)
    for done, action in enumerate(actions, start=1):
        verdict = naive.judge(action)
        expected = [] if verdict is None else [verdict]
        same = stage.act(action) == expected
        if not same or stage.conversation.state != naive.state:
            return actions[:done]
    return []


@MANY
@for_all(st.lists(st.sampled_from(HTTP_ACTIONS), max_size=12))
def test_no_sequence_of_a_request_is_judged_otherwise_than_by_its_sentences(
    actions: list[str],
) -> None:
    assert differing("http", NaiveHttp(), actions) == []


@MANY
@for_all(st.lists(st.sampled_from(WEBSOCKET_ACTIONS), max_size=12))
def test_no_sequence_of_a_websocket_is_judged_otherwise_than_by_its_sentences(
    actions: list[str],
) -> None:
    assert differing("websocket", NaiveWebsocket(), actions) == []


@MANY
@for_all(st.lists(st.sampled_from(LIFESPAN_ACTIONS), max_size=12))
def test_no_sequence_of_a_lifespan_is_judged_otherwise_than_by_its_sentences(
    actions: list[str],
) -> None:
    assert differing("lifespan", NaiveLifespan(), actions) == []


def sequences() -> st.SearchStrategy[tuple[str, list[str]]]:
    """A scope type with actions of it."""
    kinds = {
        "http": HTTP_ACTIONS,
        "websocket": WEBSOCKET_ACTIONS,
        "lifespan": LIFESPAN_ACTIONS,
    }
    return st.sampled_from(sorted(kinds)).flatmap(
        lambda kind: st.tuples(
            st.just(kind), st.lists(st.sampled_from(kinds[kind]), max_size=8)
        )
    )


@MANY
@for_all(sequences(), st.data())
def test_what_is_allowed_breaks_no_order_and_what_is_not_does(
    sequence: tuple[str, list[str]], draw: st.DataObject
) -> None:
    kind, actions = sequence
    stage = Stage(kind)
    for action in actions:
        stage.act(action)
    conversation = stage.conversation
    sendable = sorted(conversation.protocol.sends)
    chosen = draw.draw(st.sampled_from(sendable))
    allowed = chosen in conversation.allowed
    broken = stage.act(chosen)
    # An answer is the right one even where it comes too early.
    too_early = broken == ["WS-21"] or (broken == ["LIFE-03"] and allowed)
    assert allowed == (broken == [] or too_early)


@MANY
@for_all(sequences(), st.data())
def test_what_is_deliverable_breaks_no_order_and_what_is_not_does(
    sequence: tuple[str, list[str]], draw: st.DataObject
) -> None:
    kind, actions = sequence
    stage = Stage(kind)
    for action in actions:
        stage.act(action)
    conversation = stage.conversation
    chosen = draw.draw(st.sampled_from(sorted(conversation.protocol.receives)))
    assert (chosen in conversation.deliverable) == (stage.act(chosen) == [])


@MANY
@for_all(sequences())
def test_when_it_is_over_nothing_that_is_sent_has_an_effect(
    sequence: tuple[str, list[str]],
) -> None:
    kind, actions = sequence
    stage = Stage(kind)
    for action in actions:
        stage.act(action)
    conversation = stage.conversation
    if conversation.over:
        state = conversation.state
        for chosen in conversation.protocol.sends:
            stage.act(chosen)
            assert conversation.ignored or kind == "lifespan"
        assert conversation.state == state
        assert conversation.allowed == ()


ODD_VALUES = st.sampled_from(
    [
        *(
            None,
            True,
            False,
            0,
            1,
            200,
            204,
            304,
            1000,
            2**70,
            0.5,
            "",
            "x",
            b"",
            b"ok",
        ),
        *([], [1], {}, {"a": 1}, {1: 2}, bytearray(b"ok"), object()),
    ]
)
HEADERS = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(
                [
                    b"a",
                    b"A",
                    b":a",
                    b"",
                    b"content-length",
                    b"set-cookie",
                    b"Content-Type",
                ]
            ),
            st.sampled_from([b"", b"2", b"4", b"a\n", b"a=b, c=d"]),
        ),
        st.just([b"a", b"b"]),
        ODD_VALUES,
    ),
    max_size=3,
)


def odd_events(*kinds: str) -> st.SearchStrategy[Any]:
    """Events with any values under the keys that somebody looks at."""
    keys = st.sampled_from(
        ["body", "more_body", "status", "headers", "text", "bytes", "trailers", "extra"]
    )
    values = st.one_of(ODD_VALUES, HEADERS)
    kind = st.one_of(st.sampled_from(kinds), ODD_VALUES)
    right = st.sampled_from([event(each) for each in kinds if each in MESSAGES])
    odd = st.builds(
        lambda kind, rest: {"type": kind, **rest},
        kind,
        st.dictionaries(keys, values, max_size=3),
    )
    altered = st.builds(
        lambda message, rest: {**message, **rest},
        right,
        st.dictionaries(keys, values, max_size=2),
    )
    return st.one_of(odd, altered, right)


def both_ways(kind: str, scope: dict[str, Any], events: list[Any]) -> list[list[Any]]:
    """Return what the short cuts and the long way tell, event by event."""
    quick, long = (Conversation(scope, EVERYTHING) for _ in range(2))
    long.protocol = replace(long.protocol, quick={}, steady=frozenset())
    vars(long.protocol)["exits"] = frozenset()  # no short cut for the return either
    told: list[list[Any]] = [[], []]
    for direction, message in events:
        copies = [dict(message), dict(message)]
        if direction is Direction.SEND:
            results = [
                each.sent(m) for each, m in zip((quick, long), copies, strict=True)
            ]
        else:
            results = [
                each.deliver(m) for each, m in zip((quick, long), copies, strict=True)
            ]
        for each, result, of_it in zip((quick, long), results, told, strict=True):
            of_it.append((result, each.state, each.over))
    for each, of_it in zip((quick, long), told, strict=True):
        of_it.append(each.returned())
    return told


@MANY
@for_all(
    st.sampled_from(["GET", "HEAD"]),
    st.lists(
        st.tuples(
            st.sampled_from(Direction),
            odd_events("http.request", "http.response.start", "http.response.body"),
        ),
        max_size=6,
    ),
)
def test_the_short_cut_of_a_request_judges_as_the_long_way_does(
    method: str, events: list[Any]
) -> None:
    scope = dict(http_scope(method, "/", extensions=ALL_HTTP))
    quick, long = both_ways("http", scope, events)
    assert quick == long


@MANY
@for_all(
    st.lists(
        st.tuples(
            st.sampled_from(Direction),
            odd_events("websocket.receive", "websocket.send"),
        ),
        max_size=6,
    ),
)
def test_the_short_cut_of_a_frame_judges_as_the_long_way_does(
    events: list[Any],
) -> None:
    opening = [
        (Direction.RECEIVE, {"type": "websocket.connect"}),
        (Direction.SEND, {"type": "websocket.accept"}),
    ]
    scope = dict(websocket_scope("/"))
    quick, long = both_ways("websocket", scope, [*opening, *events])
    assert quick == long
