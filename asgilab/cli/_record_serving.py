"""What ``asgilab record`` serves: the application, with the recorder around it.

Every process that serves calls :func:`application`, so what it is to do comes in
through the environment.
"""

import json
import os
import random
import sys
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from asgilab.cli._project import add_current_folder
from asgilab.lab import load_application
from asgilab.live import Recorder, redact_secrets
from asgilab.sessions import name_secrets
from asgilab.types import Scope

ORDER: Final = "ASGILAB_RECORD"
"""Environment variable with what to record, as JSON."""


def loaded() -> Any:
    """Return the application, imported.

    Raises:
        ApplicationNotFound: Its import string leads nowhere.
        NotAnApplication: It leads to something else.
        Exception: What the application raised while it was imported.
    """
    order = json.loads(os.environ[ORDER])
    add_current_folder()
    found = load_application(order["application"], order["app_dir"])
    return found.as_asgi() if hasattr(found, "as_asgi") else found


def application() -> Recorder:
    """Return the application with the recorder around it."""
    order = json.loads(os.environ[ORDER])
    name_secrets(*order.get("secret_names", ()))
    return Recorder(
        loaded(),
        order["path"],
        shared=order["shared"],
        max_bytes=order["max_bytes"],
        keep=order["keep"],
        sample=_sample(order["only"], order["sample"]),
        redact=redact_secrets if order["redact"] else None,
        identify=_identify(),
        recorded_as=order["application"],
        app_dir=str(Path(order["app_dir"] or "").expanduser().resolve()),
    )


def _sample(only: list[str] | None, share: float) -> float | Callable[[Scope], bool]:
    """Return what the recorder is to record: a share, of some paths."""
    if not only:
        return share

    def chosen(scope: Scope) -> bool:
        path = scope.get("path", "")
        wanted = any(fnmatchcase(path, pattern) for pattern in only)
        return wanted and random.random() < share

    return chosen


def _identify() -> Any:
    """Return what knows who is signed in: in a Django project with sessions."""
    conf = sys.modules.get("django.conf")
    if conf is None or not conf.settings.configured:
        return None
    needed = {"django.contrib.auth", "django.contrib.sessions"}
    if not needed <= set(conf.settings.INSTALLED_APPS):
        return None
    from asgilab.django import signed_in

    return signed_in
