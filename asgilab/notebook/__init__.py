"""The notebook: magics that drive a lab, and what they show.

``%load_ext asgilab`` comes here. Only putting the magics into a shell and
taking them out again is done in this file.
"""

from IPython.core.interactiveshell import InteractiveShell

from asgilab.notebook._magics import Installation

__all__ = ["Installation", "load_ipython_extension", "unload_ipython_extension"]

_ATTRIBUTE = "_asgilab_installation"


def load_ipython_extension(ip: InteractiveShell) -> None:
    """Put the magics into a shell.

    Args:
        ip: The shell, as IPython hands it over.

    Example::

        %load_ext asgilab
        %asgi_help
    """
    unload_ipython_extension(ip)
    installation = Installation(ip)
    installation.install()
    setattr(ip, _ATTRIBUTE, installation)


def unload_ipython_extension(ip: InteractiveShell) -> None:
    """Take the magics out of a shell, stop the lab, remove its variables.

    Args:
        ip: The shell; one without the magics is left as it is.
    """
    installation = getattr(ip, _ATTRIBUTE, None)
    if installation is not None:
        delattr(ip, _ATTRIBUTE)
        installation.uninstall()
