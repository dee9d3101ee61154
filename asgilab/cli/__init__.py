"""The command line: ``asgilab lab``, ``asgilab demo``, ``asgilab show`` and so on.

Each command is a module of this room: it adds its own arguments to the parser,
calls one thing, and prints.
"""

from asgilab.cli._main import main

__all__ = ["main"]
