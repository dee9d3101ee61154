"""Whether an application may use Django's databases, and so who owns them.

Only the question stands here; the answer is in ``asgilab.django``, which is
imported where Django is in use already, and not before.
"""

import functools
import sys
from typing import TYPE_CHECKING

from asgilab.communicators._settings import settings_in_use

if TYPE_CHECKING:
    from asgilab.django import Ownership


def ownership() -> "Ownership | None":
    """Return the ownership of Django's connections for one application.

    Returns:
        None where Django has no settings or no database in this process.
    """
    settings = settings_in_use()
    if settings is None or "django.db" not in sys.modules or not settings.DATABASES:
        return None
    return _owner()()


@functools.cache
def _owner() -> "type[Ownership]":
    from asgilab.django import Ownership

    return Ownership
