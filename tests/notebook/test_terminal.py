"""The magics in a real terminal IPython, fed line by line."""

import os
import subprocess
import sys
from pathlib import Path

from tests.notebook.kernels import ROOT


def typed(folder: Path, *lines: str) -> str:
    """Type lines into a terminal IPython; return all that it printed."""
    applications = Path(__file__).parent / "applications"
    done = subprocess.run(
        [sys.executable, "-m", "IPython", "--simple-prompt", "--no-banner", "--quick"],
        input="".join(f"{line}\n" for line in (*lines, "exit")),
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(applications)]),
            "IPYTHONDIR": str(folder),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout + done.stderr


def test_the_whole_motion_works_at_the_prompt(tmp_path: Path) -> None:
    text = typed(
        tmp_path,
        "%load_ext asgilab",
        "%asgi_app rooms:application",
        "%asgi_connect /ws/ --as bob",
        '%asgi_send bob {"n": 1}',
        "r = %asgi_receive bob",
        "print('got', r)",
        "await bob.send_to(text_data='awaited'); print(await bob.receive_from())",
        "%asgi_step bob",
        '%asgi_send bob "held"',
        "%asgi_step",
        "%asgi_timeline",
        "%asgi_nothing nobody",
        "%asgi_disconnect",
    )
    assert "got {'n': 1}" in text
    assert "awaited" in text
    assert "let through: receive websocket.receive held" in text
    assert "websocket.accept" in text
    assert "UnknownConnection: No connection is called 'nobody'" in text
    assert "Traceback" not in text


def test_the_kernels_loop_is_ipythons_own_there(tmp_path: Path) -> None:
    text = typed(
        tmp_path,
        "%load_ext asgilab",
        "%asgi_app rooms:application --loop kernel",
        "%asgi_connect /ws/ --as bob",
        '%asgi_send bob "one"',
        "%asgi_receive bob",
        "await bob.send_to(text_data='two'); print(await bob.receive_from())",
        "import sys; print('nested', 'nest_asyncio2' in sys.modules)",
        "%reload_ext asgilab",
    )
    assert "'one'" in text
    assert "two" in text
    assert "nested False" in text
    assert "Traceback" not in text
