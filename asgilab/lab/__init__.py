"""The lab: one object that a cell, a test and the command line all hold."""

from asgilab.lab._import_string import load_application
from asgilab.lab._lab import Lab

__all__ = ["Lab", "load_application"]
