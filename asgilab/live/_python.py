"""Starting another Python that finds the same packages as this one."""

import json
import sys
from typing import Final

_BOOT: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from {module} import main; main()"
)


def python_running(module: str, *arguments: str) -> list[str]:
    """Return the command that calls ``main()`` of a module in a new process.

    The arguments begin at ``sys.argv[2]`` over there. Nothing is inherited that
    a fork would leave half alive, whatever start method is usual.

    Args:
        module: Dotted name of the module.
        *arguments: What it finds in ``sys.argv``.
    """
    boot = _BOOT.format(module=module)
    return [sys.executable, "-c", boot, json.dumps(sys.path), *arguments]
