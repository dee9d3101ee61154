"""What ``%config AsgiLab`` shows and sets: defaults of the magics' arguments."""

from IPython.core.magic import Magics, magics_class
from traitlets import Bool, Enum, Float, List, Unicode


@magics_class
class AsgiLab(Magics):
    """Defaults of the magics; an argument on the line overrides its default.

    Example::

        %config AsgiLab.timeout = 2.5
    """

    timeout = Float(
        1.0, min=0, help="Seconds that a magic waits for an answer of the application."
    ).tag(config=True)
    silence = Float(
        0.1, min=0, help="Seconds of silence that count as nothing for %asgi_nothing."
    ).tag(config=True)
    loop = Enum(
        ["own", "kernel"], "own", help="The event loop that a new lab lives on."
    ).tag(config=True)
    clock = Enum(
        ["real", "manual", "virtual"], "real", help="The clock of a new lab's own loop."
    ).tag(config=True)
    lifespan = Enum(
        ["auto", "on", "off"], "auto", help="Whether a new lab sends lifespan events."
    ).tag(config=True)
    database = Enum(
        ["test", "project"],
        "test",
        help="Whether a new lab works on Django's test database or the project's own.",
    ).tag(config=True)
    redact = Bool(
        True, help="Whether secrets are left out of what is shown, saved and loaded."
    ).tag(config=True)
    secret_names = List(
        Unicode(),
        help="Names of fields that hold secrets, beside password, token and so on.",
    ).tag(config=True)
