"""The magics about the application as a whole: app, reset, status, help."""

import re
import warnings
from asyncio import AbstractEventLoop
from collections.abc import Mapping
from signal import default_int_handler
from typing import Any, Final

from IPython.core.async_helpers import get_asyncio_loop
from IPython.core.magic_arguments import argument

from asgilab.errors import ApplicationNotFound, AsgilabWarning
from asgilab.lab import Lab
from asgilab.notebook._cards import Card, Table
from asgilab.notebook._driving import cross
from asgilab.notebook._interrupts import on_interrupt
from asgilab.notebook._laboratory import Laboratory
from asgilab.notebook._magic import Call, asgi_magic
from asgilab.notebook._results import Overview, Ready
from asgilab.notebook._routes import websocket_routes
from asgilab.notebook._standing import Standing, standing
from asgilab.rendering import clip, visible

_IMPORT_STRING: Final = re.compile(r"[\w.]*:[\w.]*")
_WIDEST: Final = 60


@asgi_magic()
@argument("application", help="module:attribute, or a variable of the notebook")
@argument("--settings", metavar="MODULE", help="Django settings to set up first")
@argument("--app-dir", metavar="DIR", help="folder to look for the module in")
@argument("--lifespan", choices=["auto", "on", "off"], help="send lifespan events")
@argument("--loop", choices=["own", "kernel"], help="event loop to live on")
@argument("--clock", choices=["real", "manual", "virtual"], help="of the own loop")
@argument("--database", choices=["test", "project"], help="Django database to use")
async def asgi_app(laboratory: Laboratory, call: Call) -> Card:
    """Choose the application to explore, and start it.

    It is an import string such as chat.asgi:application, or an expression for
    an application or a Channels consumer class that lives in this notebook.
    Whatever was connected to another application before is disconnected. With
    --database project it writes into the real database, and nothing can be
    replayed, exported or forked.
    """
    arguments = call.arguments
    defaults: Any = laboratory.settings
    target = _target(arguments.application, call.variables)

    def make() -> Lab:
        return Lab(
            target,
            settings=arguments.settings,
            app_dir=arguments.app_dir,
            lifespan=arguments.lifespan or defaults.lifespan,
            clock=arguments.clock or defaults.clock,
            database=arguments.database or defaults.database,
        )

    # The old lab goes on if the new one cannot even be made.
    lab = make()
    await end(laboratory)
    laboratory.recipe = (make, arguments.loop or defaults.loop)
    await begin(laboratory, lab, laboratory.recipe[1])
    laboratory.title = clip(visible(arguments.application), _WIDEST)
    routes = websocket_routes(lab.application)
    return Ready(laboratory.title, arguments.settings, routes)


@asgi_magic()
async def asgi_reset(laboratory: Laboratory, call: Call) -> Card:
    """Disconnect everything and start the same application again, empty.

    The session so far stays in ``_.before`` right after this magic.
    """
    before = laboratory.lab.session
    make, loop = laboratory.recipe
    lab = make()
    await end(laboratory)
    await begin(laboratory, lab, loop)
    routes = websocket_routes(lab.application)
    return Ready(laboratory.title, lab.session.settings, routes, before)


@asgi_magic()
async def asgi_status(laboratory: Laboratory, call: Call) -> Card:
    """Show every connection: how far it has come and where it stands."""
    if not laboratory.has_lab:
        return Overview("No application yet: %asgi_app starts one.", Table((), []))
    lab = laboratory.lab
    stands = await laboratory.on_lab(_all_standing(laboratory), laboratory.patience)
    columns = ("connection", "path", "status", "stands", "unread", "events")
    rows = [_row(each) for each in stands]
    where = "its own loop" if lab.thread is not None else "the kernel's loop"
    text = f"{laboratory.title} on {where}: {len(rows)} connection(s), "
    return Overview(f"{text}{len(lab.session)} event(s).", Table(columns, rows))


@asgi_magic()
async def asgi_help(laboratory: Laboratory, call: Call) -> Card:
    """List all magics of asgilab; %asgi_connect? shows the arguments of one."""
    rows = list(laboratory.summaries.items())
    return Overview("The magics of asgilab:", Table(("magic", "what it does"), rows))


async def end(laboratory: Laboratory, timeout: float | None = None) -> None:
    """Stop the lab, if there is one; await this in the body of a magic.

    Args:
        laboratory: The laboratory.
        timeout: Seconds to wait at most for a lab on the kernel's loop, or None.
    """
    try:
        await stop(*laboratory.release(), timeout)
        while laboratory.aside:
            await stop(*laboratory.aside.pop(), timeout)
    finally:
        # Last, so that they tell how the connections ended.
        laboratory.rest()


async def stop(
    lab: Lab | None, loop: AbstractEventLoop | None, timeout: float | None = None
) -> None:
    """Stop a lab that has been released.

    Args:
        lab: The lab, or None where there was none.
        loop: The kernel's loop where it lives on that.
        timeout: Seconds to wait at most for a lab on the kernel's loop, or None.
    """
    try:
        if lab is not None and loop is not None:
            await cross(lab.__aexit__(None, None, None), loop, timeout)
        elif lab is not None:
            with on_interrupt(default_int_handler):
                lab.stop()
    except Exception as error:  # of the application that is left behind
        text = f"The application before did not end properly: {error!r}"
        warnings.warn(text, AsgilabWarning, stacklevel=2)


async def begin(laboratory: Laboratory, lab: Lab, loop: str) -> None:
    """Start a lab and make it the one of the notebook.

    Args:
        laboratory: The laboratory.
        lab: A lab that has not begun.
        loop: ``"own"``, or ``"kernel"``.
    """
    if loop == "own":
        # It blocks while the application starts up, which may hang.
        with on_interrupt(default_int_handler):
            lab.start()
        laboratory.adopt(lab, None)
        return
    kernels_loop = get_asyncio_loop()
    await cross(lab.__aenter__(), kernels_loop)
    laboratory.adopt(lab, kernels_loop)


def _target(text: str, variables: Mapping[str, Any]) -> Any:
    if _IMPORT_STRING.fullmatch(text):
        return text
    try:
        return eval(text, dict(variables))
    except Exception as error:  # an expression of the user's may raise anything
        reason = f"as a variable of the notebook it gives {type(error).__name__}"
        raise ApplicationNotFound(text, reason) from None


async def _all_standing(laboratory: Laboratory) -> list[Standing]:
    lab = laboratory.lab
    return [await standing(lab, laboratory.statuses, name) for name in lab.connections]


def _row(stands: Standing) -> tuple[str, ...]:
    status = stands.status
    held = "" if stands.stop is None else f"held at {stands.stop.direction}"
    place = held or ("" if status.ended else "paused" if stands.paused else "runs")
    return (
        visible(stands.name),
        status.path,
        clip(str(status), _WIDEST),
        place,
        str(stands.unread),
        str(status.events),
    )
