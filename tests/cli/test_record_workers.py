"""How a worker ends. What workers write is tested in ``test_record``."""

import signal
from collections.abc import Iterator

import pytest

from asgilab.cli._record_workers import end_once

ENDS = (signal.SIGINT, signal.SIGTERM)


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    before = [signal.getsignal(each) for each in ENDS]
    for each in ENDS:
        signal.signal(each, end_once)
    yield
    for each, known in zip(ENDS, before, strict=True):
        signal.signal(each, known)


@pytest.mark.parametrize("first", ENDS)
def test_a_signal_ends_it_once_and_no_other_disturbs_that(first: int) -> None:
    with pytest.raises(SystemExit) as ended:
        signal.raise_signal(first)
    assert ended.value.code == 128 + first
    for each in ENDS:
        signal.raise_signal(each)
