"""The JavaScript of the timeline has its own tests, run by node."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

import pytest

TESTS = Path(__file__).with_name("timeline.test.mjs")


def find_node() -> str | None:
    """Return node: the machine's own, or the one inside playwright."""
    if found := shutil.which("node"):
        return found
    playwright = importlib.util.find_spec("playwright")
    if playwright is None or playwright.origin is None:
        return None
    bundled = Path(playwright.origin).with_name("driver") / "node"
    return str(bundled) if bundled.exists() else None


NODE = find_node()


@pytest.mark.skipif(NODE is None, reason="neither node nor playwright is installed")
def test_the_pure_functions_of_the_timeline() -> None:
    done = subprocess.run(
        [str(NODE), "--test", "--test-reporter=tap", str(TESTS)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# pass 0" not in done.stdout
