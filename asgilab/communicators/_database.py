"""Whether an application may use Django's databases, and so who owns them.

Only the question stands here; the answer is in ``asgilab.django``, which is
imported where Django is in use already, and not before.
"""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asgilab.django import Ownership


def ownership() -> "Ownership | None":
    """Return the ownership of Django's connections for one application.

    Returns:
        None where Django has no settings or no database in this process.
    """
    conf = sys.modules.get("django.conf")
    if conf is None or "django.db" not in sys.modules or not conf.settings.configured:
        return None
    if not conf.settings.DATABASES:
        return None
    from asgilab.django import Ownership

    return Ownership()
