"""The table beside a timeline is written anew, and only when there is news."""

from typing import Any

import pytest

from asgilab.notebook.widgets import _static
from asgilab.notebook.widgets._static import StaticTimeline
from asgilab.sessions import Kind, Session


class Handle:
    def __init__(self) -> None:
        self.bundles: list[dict[str, str]] = []

    def update(self, bundle: dict[str, str], *, raw: bool) -> None:
        assert raw
        self.bundles.append(bundle)


def test_what_happened_since_is_in_the_table(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle = Handle()

    def display(bundle: dict[str, str], **_: Any) -> Handle:
        handle.bundles.append(bundle)
        return handle

    monkeypatch.setattr(_static, "display", display)
    static = StaticTimeline(session)
    static.refresh()
    assert handle.bundles == []
    static.show()
    static.refresh()
    assert len(handle.bundles) == 1
    session.record(1, "bob", Kind.SEND, {"type": "x", "text": "the latest"})
    assert static.stale
    static.refresh()
    first, second = handle.bundles
    assert "the latest" not in first["text/html"] + first["text/plain"]
    assert "the latest" in second["text/html"]
    assert "the latest" in second["text/plain"]
    assert f'data-asgilab-static="{static.mark}"' in second["text/html"]
    assert not static.stale
