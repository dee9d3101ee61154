"""The magics about the application as a whole: app, reset, status, help, await."""

import ast
import asyncio
import inspect
import re
from collections.abc import Mapping
from signal import default_int_handler
from types import CodeType
from typing import Any, Final

from IPython.core.async_helpers import get_asyncio_loop
from IPython.core.magic_arguments import argument

from asgilab.engine import LabLoop
from asgilab.errors import ApplicationNotFound, UsageError
from asgilab.lab import Lab
from asgilab.notebook._cards import Card, Table
from asgilab.notebook._interrupts import on_interrupt
from asgilab.notebook._laboratory import Laboratory
from asgilab.notebook._magic import Call, asgi_magic
from asgilab.notebook._results import Note, Overview, Ready
from asgilab.notebook._routes import websocket_routes
from asgilab.notebook._standing import Standing, standing

_IMPORT_STRING: Final = re.compile(r"[\w.]*:[\w.]*|[\w.]+\.[\w.]+\Z")


@asgi_magic()
@argument("application", help="module:attribute, or a variable of the notebook")
@argument("--settings", metavar="MODULE", help="Django settings to set up first")
@argument("--app-dir", metavar="DIR", help="folder to look for the module in")
@argument("--database", choices=["test", "project"], help="Django's test database, or")
@argument("--lifespan", choices=["auto", "on", "off"], help="send lifespan events")
@argument("--loop", choices=["own", "kernel"], help="the event loop to live on")
@argument("--clock", choices=["real", "manual", "virtual"], help="of the own loop")
async def asgi_app(laboratory: Laboratory, call: Call) -> Card:
    """Choose the application to explore, and start it.

    It is an import string such as chat.asgi:application, or an expression for
    an application, or a Channels consumer class, that lives in this notebook.
    What was connected to another application before is disconnected.
    """
    arguments, defaults = call.arguments, laboratory.settings
    loop = arguments.loop or defaults.loop
    lab = Lab(
        _target(arguments.application, call.variables),
        settings=arguments.settings,
        app_dir=arguments.app_dir,
        database=arguments.database or defaults.database,
        lifespan=arguments.lifespan or defaults.lifespan,
        clock=arguments.clock or defaults.clock,
    )
    await _end(laboratory)
    await _begin(laboratory, lab, loop)
    laboratory.target = arguments.application
    return Ready(
        arguments.application, arguments.settings, websocket_routes(lab.application)
    )
