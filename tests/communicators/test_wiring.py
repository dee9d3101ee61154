"""What a communicator is plugged into, by default and by choice."""

from typing import Any

import pytest

from asgilab.communicators import Wiring
from asgilab.errors import UsageError
from asgilab.sessions import Session


def test_a_communicator_of_its_own_records_alone_and_judges_by_the_specification() -> (
    None
):
    wiring = Wiring()
    assert isinstance(wiring.session, Session)
    assert wiring.session is not Wiring().session
    assert (wiring.validate, wiring.strict, wiring.gates) == ("spec", False, None)
    assert (wiring.isolate_threads, wiring.create_users) == (False, False)


def test_an_altered_wiring_is_a_new_one_and_the_rest_stays() -> None:
    wiring = Wiring(name="alice")
    altered = wiring.altered(validate="strict", strict=True)
    assert (altered.validate, altered.strict, altered.name) == ("strict", True, "alice")
    assert altered.session is wiring.session
    assert (wiring.validate, wiring.strict) == ("spec", False)
    assert wiring.altered() is wiring


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"validate": "loose"}, "There is no validation 'loose'; expected one of"),
        ({"served_by": "nginx"}, "nginx"),
        ({"window": 0}, "A window of 0 would let nothing be sent"),
    ],
    ids=["validate", "served_by", "window"],
)
def test_what_cannot_be_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Wiring().altered(**change)


async def test_what_comes_before_is_awaited() -> None:
    told = []

    async def before() -> None:
        told.append(1)

    await Wiring(before=before).prepared()
    await Wiring().prepared()
    assert told == [1]
