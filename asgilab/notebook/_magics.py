"""Puts the magics into a shell, and takes them out again.

What each magic does stands in the file of its kind; how a call is waited for,
in ``_driving``. Every magic is registered under two names: its own, which
blocks, and a hidden one that is awaited, for cells that were rewritten.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import needs_local_scope, no_var_expand

from asgilab.notebook._applications import (
    asgi_app,
    asgi_help,
    asgi_reset,
    asgi_status,
    end,
)
from asgilab.notebook._cells import asgi_await
from asgilab.notebook._completion import Completion
from asgilab.notebook._connecting import asgi_connect, asgi_disconnect
from asgilab.notebook._conversing import (
    asgi_http,
    asgi_nothing,
    asgi_receive,
    asgi_send,
)
from asgilab.notebook._driving import drive_awaited, drive_blocking
from asgilab.notebook._forking import asgi_fork
from asgilab.notebook._holding import (
    asgi_delay,
    asgi_drop,
    asgi_duplicate,
    asgi_edit,
    asgi_inject,
    asgi_inspect,
)
from asgilab.notebook._keeping import asgi_export, asgi_load, asgi_save, asgi_timeline
from asgilab.notebook._laboratory import Laboratory
from asgilab.notebook._leaving import Leaving
from asgilab.notebook._magic import Magic
from asgilab.notebook._replaying import asgi_diff, asgi_replay
from asgilab.notebook._rewriting import AWAITED, Rewriter
from asgilab.notebook._scripts import shown
from asgilab.notebook._settings import AsgiLab
from asgilab.notebook._stepping import asgi_break, asgi_continue, asgi_step
from asgilab.notebook._surroundings import asgi_clock, asgi_group_send

_PATIENCE: Final = 10.0
"""Seconds that a lab on the kernel's loop may take for its end."""

MAGICS: Final[Mapping[str, Magic]] = {
    magic.name: magic
    for magic in (
        asgi_app,
        asgi_connect,
        asgi_send,
        asgi_receive,
        asgi_nothing,
        asgi_http,
        asgi_disconnect,
        asgi_break,
        asgi_step,
        asgi_continue,
        asgi_fork,
        asgi_inspect,
        asgi_edit,
        asgi_drop,
        asgi_duplicate,
        asgi_delay,
        asgi_inject,
        asgi_clock,
        asgi_group_send,
        asgi_replay,
        asgi_diff,
        asgi_timeline,
        asgi_export,
        asgi_save,
        asgi_load,
        asgi_await,
        asgi_status,
        asgi_reset,
        asgi_help,
    )
}
"""Every magic by its name, in the order in which %asgi_help lists them."""


class Installation:
    """The magics of asgilab in one shell.

    Args:
        shell: The shell.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell
        self.laboratory = Laboratory(shell, AsgiLab(shell))
        self._rewriter = Rewriter(shell, frozenset(MAGICS))
        self._completion = Completion(self.laboratory, MAGICS)
        self._leaving = Leaving(self._end)
        self.laboratory.rewrite = lambda source: self._rewriter.rewrite(
            source, top_level=True
        )
        self.laboratory.summaries = {
            _escaped(magic): magic.summary for magic in MAGICS.values()
        }

    def install(self) -> None:
        """Make the magics known to the shell."""
        for magic in MAGICS.values():
            for kind in magic.kinds:
                blocking, awaited = self._entries(magic)
                register: Any = self.shell.register_magic_function
                register(blocking, kind, magic.name)
                register(awaited, kind, AWAITED + magic.name)
        self.shell.input_transformers_post.append(self._rewriter)
        self.laboratory.interrupts.watch(self.shell)
        self._completion.watch(self.shell)
        self._leaving.watch(self.shell)
        self.shell.events.register("post_run_cell", self.laboratory.refresh)

    def uninstall(self) -> None:
        """Take everything out again that :meth:`install` and the magics put in."""
        shell = self.shell
        known = shell.magics_manager.magics
        for magic in MAGICS.values():
            for kind in magic.kinds:
                known[kind].pop(magic.name, None)
                known[kind].pop(AWAITED + magic.name, None)
        shell.input_transformers_post.remove(self._rewriter)
        self.laboratory.interrupts.unwatch(shell)
        self._completion.unwatch(shell)
        self._leaving.unwatch()
        shell.events.unregister("post_run_cell", self.laboratory.refresh)
        settings: Any = self.laboratory.settings
        shell.configurables[:] = [
            each for each in shell.configurables if each is not settings
        ]
        self._end()

    def _end(self) -> None:
        """Stop the lab, if there is one."""
        ending = end(self.laboratory, _PATIENCE)
        drive_blocking(ending, self.laboratory.interrupts)

    def _entries(self, magic: Magic) -> tuple[Callable[..., Any], Callable[..., Any]]:
        """Return the form of a magic that blocks, and the one that is awaited."""
        laboratory = self.laboratory
        shell = self.shell

        def body(line: str, cell: str | None, local_ns: Mapping[str, Any]) -> Any:
            variables = {**shell.user_ns, **local_ns}
            return shown(shell, magic.run(laboratory, line, cell, variables))

        # Payloads are JSON, in which IPython would see {expressions}.
        @no_var_expand
        @needs_local_scope
        def blocking(
            line: str, cell: str | None = None, *, local_ns: Mapping[str, Any]
        ) -> Any:
            return drive_blocking(body(line, cell, local_ns), laboratory.interrupts)

        @no_var_expand
        @needs_local_scope
        def awaited(
            line: str, cell: str | None = None, *, local_ns: Mapping[str, Any]
        ) -> Any:
            return drive_awaited(body(line, cell, local_ns), laboratory.interrupts)

        blocking.__doc__ = awaited.__doc__ = magic.help
        blocking.__name__ = magic.name
        return blocking, awaited


def _escaped(magic: Magic) -> str:
    return "  ".join(
        ("%%" if kind == "cell" else "%") + magic.name for kind in magic.kinds
    )
