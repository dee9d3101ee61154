"""Who the client is, for an application that asks Django.

Only the call stands here; the work is done in ``asgilab.django``, which is
imported when somebody asks for a user, and not before.
"""

from typing import Any

from asgilab.types import Scope


class Identity:
    """A Django user and session that a connection brings along.

    Args:
        scope: The scope to put the session cookie and the user into.
        user: A user instance, a username, or None.
        session: What the Django session holds, or None.
        create: Make a user that does not exist.
    """

    def __init__(
        self,
        scope: Scope,
        user: Any,
        session: dict[str, Any] | None,
        *,
        create: bool = False,
    ) -> None:
        self._scope = scope
        self._user = user
        self._session = session
        self._create = create

    async def enter(self) -> None:
        """Write the session to Django's session store, and its cookie to the scope.

        Raises:
            UsageError: There is no such user.
        """
        from asgilab.django import log_in

        await log_in(self._scope, self._user, self._session, create=self._create)
