"""asgilab: the notebook laboratory for ASGI applications."""

__version__ = "0.1.0"
