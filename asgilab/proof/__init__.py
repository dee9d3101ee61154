"""Whether an exported test holds, and whether it is able to fail.

It is run where nothing else has run before: once as it is, and once with each of
many small mistakes of the application.
"""

from asgilab.proof._mutants import Mutant, Sent, mutants_of
from asgilab.proof._proving import Killing, MutantRun, Origin, kill_mutants
from asgilab.proof._runner import PytestRun, run_tests, summary_line

__all__ = [
    "Killing",
    "Mutant",
    "MutantRun",
    "Origin",
    "PytestRun",
    "Sent",
    "kill_mutants",
    "mutants_of",
    "run_tests",
    "summary_line",
]
