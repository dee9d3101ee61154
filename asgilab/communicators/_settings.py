"""Django's settings, where a project has set them up already.

Django is not imported to find out; what is done with the settings stands in
``_database`` and ``_site``.
"""

import sys
from typing import Any


def settings_in_use() -> Any | None:
    """Return Django's settings, or None where nobody has configured any.

    Every communicator asks. So it gets the object behind the lazy one, whose
    attributes cost nothing; ``_wrapped`` and ``empty`` are Django's own names for
    it, and a test of ours guards them.
    """
    conf = sys.modules.get("django.conf")
    if conf is None:
        return None
    settings = object.__getattribute__(conf.settings, "_wrapped")
    return None if settings is conf.empty else settings
