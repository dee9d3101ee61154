"""The recorder around the lifespan of an application: the one that has none, too."""

from pathlib import Path
from typing import Any

import pytest

from asgilab.live import Recorder
from asgilab.sessions import load

UNUSED: Any = None


async def test_an_application_without_a_lifespan_is_recorded_as_such(
    tmp_path: Path,
) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError(scope["type"])

    recorder = Recorder(application, tmp_path / "a.asgilab.jsonl")
    for kind in ("lifespan", "http"):
        with pytest.raises(ValueError, match=kind):
            await recorder({"type": kind, "path": "/"}, UNUSED, UNUSED)
    recorder.close()
    session = load(recorder.path)
    asked, ended = session.of("lifespan")
    assert (asked.type, ended.type) == ("lifespan", "unsupported")
    assert "ValueError: lifespan" in ended.message["exception"]
    assert session.of("http1")[-1].type == "raised"


async def test_a_lifespan_that_breaks_after_its_answer_has_raised(
    tmp_path: Path,
) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "lifespan.startup.complete"})
        raise ValueError("broken")

    async def send(message: Any) -> None:
        assert message["type"] == "lifespan.startup.complete"

    recorder = Recorder(application, tmp_path / "a.asgilab.jsonl")
    with pytest.raises(ValueError, match="broken"):
        await recorder({"type": "lifespan"}, UNUSED, send)
    recorder.close()
    assert load(recorder.path)[-1].type == "raised"
