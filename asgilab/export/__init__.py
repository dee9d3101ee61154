"""What a session becomes: a pytest file that a developer would have written.

Each concern has a file of its own, from what a session says (``_script``) to
how a statement reads (``_rendering``). Running the result is next door, in
``asgilab.proof``.
"""

from asgilab.export._exporting import Exported, export_test
from asgilab.export._payloads import Matched
from asgilab.export._proving import Proof
from asgilab.export._to_pytest import TargetName, to_pytest
from asgilab.replay import Perturbation

__all__ = [
    "Exported",
    "Matched",
    "Perturbation",
    "Proof",
    "TargetName",
    "export_test",
    "to_pytest",
]
