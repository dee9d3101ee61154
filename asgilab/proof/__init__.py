"""Whether an exported test holds: it is run where nothing else has run before."""

from asgilab.proof._runner import PytestRun, run_tests, summary_line

__all__ = ["PytestRun", "run_tests", "summary_line"]
