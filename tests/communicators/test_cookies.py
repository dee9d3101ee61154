"""The cookies of a client, as its responses set and delete them."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from asgilab.communicators import take_cookies

PAST = "Thu, 01 Jan 1970 00:00:00 GMT"
KEPT = {"kept": "x"}


def taken(*values: str) -> dict[str, str]:
    """Return what is in the jar after a response with these headers."""
    jar = dict(KEPT)
    take_cookies(jar, [(b"Set-Cookie", value.encode("latin-1")) for value in values])
    return jar


@pytest.mark.parametrize(
    ("values", "jar"),
    [
        (["a=1; Path=/; HttpOnly"], {"a": "1", **KEPT}),
        (["a=1", "b=2"], {"a": "1", "b": "2", **KEPT}),
        (["kept=new"], {"kept": "new"}),
        (["\xff\xfe;;;="], KEPT),
        (["kept=new; Max-Age=60"], {"kept": "new"}),
        (["kept=new; Max-Age=soon"], {"kept": "new"}),
        (["kept=new; Expires=whenever"], {"kept": "new"}),
    ],
    ids=["one", "two", "replaced", "nonsense", "age", "no age", "no date"],
)
def test_a_jar_takes_what_a_response_sets(
    values: list[str], jar: dict[str, str]
) -> None:
    assert taken(*values) == jar


@pytest.mark.parametrize(
    "value",
    [
        f'kept=""; Max-Age=0; Expires={PAST}',
        "kept=; Max-Age=0",
        "kept=; Max-Age=-1",
        f"kept=; Expires={PAST}",
        "kept=; Expires=Thu, 01-Jan-1970 00:00:00 GMT",
    ],
)
def test_a_cookie_that_is_deleted_goes(value: str) -> None:
    assert taken(value) == {}


def test_a_date_to_come_deletes_nothing() -> None:
    tomorrow = format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True)
    assert taken(f"kept=new; Expires={tomorrow}") == {"kept": "new"}


def test_an_age_goes_before_a_date() -> None:
    assert taken(f"kept=new; Max-Age=60; Expires={PAST}") == {"kept": "new"}


def test_a_cookie_that_was_never_there_can_be_deleted() -> None:
    assert taken("gone=; Max-Age=0") == KEPT


def test_other_headers_set_nothing() -> None:
    jar: dict[str, str] = {}
    take_cookies(jar, [(b"cookie", b"a=1"), (b"x-cookies-", b"b=2")])
    assert jar == {}
