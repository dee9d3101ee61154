"""``asgilab demo`` does the whole motion, for real."""

import subprocess
import sys
from pathlib import Path


def test_the_demo_connects_steps_exports_and_passes(tmp_path: Path) -> None:
    output = tmp_path / "test_lobby.py"
    command = [sys.executable, "-m", "asgilab", "demo", "-o", str(output)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr
    out = done.stdout
    for name in ("alice", "bob"):
        assert f"{name}" in out
    assert "bob is held at send websocket.send" in out
    assert "consumers.py:" in out
    assert "1 passed" in out
    source = output.read_text()
    assert source in out
    assert "IsUUID(4)" in source
    compile(source, output.name, "exec")
