"""The lab: one object that a cell, a test and the command line all hold."""

from asgilab.lab._comparing import Compared, compare, places_of, without_moving
from asgilab.lab._elsewhere import replay_elsewhere
from asgilab.lab._import_string import load_application
from asgilab.lab._lab import Lab
from asgilab.lab._outputs import check_output, check_test_file

__all__ = [
    "Compared",
    "Lab",
    "check_output",
    "check_test_file",
    "compare",
    "load_application",
    "places_of",
    "replay_elsewhere",
    "without_moving",
]
