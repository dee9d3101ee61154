"""Which extensions there are.

An example of each rule is in ``rulebook/test_extensions.py``.
"""

import pytest

from asgilab.protocol import HTTP_EXTENSIONS, MESSAGES, WEBSOCKET_EXTENSIONS
from asgilab.protocol._extensions import pathsend_breaches, promise_breaches
from asgilab.protocol._memory import Memory


def test_what_is_announced_by_default_changes_no_bytes_that_a_test_reads() -> None:
    announced = {*HTTP_EXTENSIONS, *WEBSOCKET_EXTENSIONS}
    assert announced <= {row.extension for row in MESSAGES.values()}
    assert "http.response.pathsend" not in announced
    assert "http.response.zerocopysend" not in announced


@pytest.mark.parametrize(
    ("announced", "headers", "text"),
    [
        (
            {},
            [],
            "promises trailers, which the scope does not announce; "
            "expected the extension http.response.trailers",
        ),
        (
            {"http.response.trailers": {}},
            [],
            "promises trailers; expected a trailer header that names them",
        ),
        ({"http.response.trailers": {}}, [(b"Trailer", b"a")], None),
    ],
    ids=["not announced", "not named", "right"],
)
def test_a_promise_of_trailers_needs_an_extension_and_a_header(
    announced: dict[str, object], headers: list[tuple[bytes, bytes]], text: str | None
) -> None:
    memory = Memory({"extensions": announced})
    said = [said for _, said in promise_breaches(memory, headers)]
    assert said == ([] if text is None else [text])


def test_a_path_is_told_with_what_the_start_lacks() -> None:
    memory = Memory({})
    memory.headers = [(b"Content-Type", b"text/css")]
    assert list(pathsend_breaches(memory, {"path": "a.css"}, "responding")) == [
        ("EXT-51", "has path 'a.css'; expected an absolute one"),
        (
            "EXT-53",
            "follows a start without content-length; expected the header there",
        ),
    ]
