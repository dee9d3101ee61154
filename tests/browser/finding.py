"""Where the browser is: found on PATH, never downloaded.

Without one the browser tests are skipped, unless the environment variable
``ASGILAB_REQUIRE_BROWSER`` is 1: then they fail.
"""

import os
import shutil

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str:
    """Return the browser's path; skip the test without one, or fail if one is due."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    reason = f"No browser found: looked for {', '.join(NAMES)} on PATH"
    if os.environ.get("ASGILAB_REQUIRE_BROWSER") == "1":
        pytest.fail(f"{reason}, and ASGILAB_REQUIRE_BROWSER is 1")
    pytest.skip(reason)
