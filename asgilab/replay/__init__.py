"""Running a recorded session again, and laying sessions side by side.

The application under test comes in through a factory: this floor knows
sessions, and of a lab only what it has to do.
"""

from asgilab.replay._alignment import Alignment, Pair, align
from asgilab.replay._content import (
    Path,
    content,
    leaves,
    parse_json,
    permuted,
    same,
    show,
)
from asgilab.replay._diff import (
    Changed,
    Difference,
    Moved,
    OnlyLeft,
    OnlyRight,
    OtherInput,
    Renamed,
    Reordered,
    diff,
    diff_outputs,
)
from asgilab.replay._exploration import (
    REPLAYS,
    Elsewhere,
    Exploration,
    Perturbation,
    explore,
)
from asgilab.replay._perturbation import perturbed
from asgilab.replay._prefix import Prefix, replay_prefix, sent_before
from asgilab.replay._replay import FreshLab, LabFactory, Replay, replay
from asgilab.replay._request import Request, cookies_of, without_session
from asgilab.replay._steps import RESPONSE, Act, Input, Output, Step, steps
from asgilab.replay._volatile import Finding, Volatility, find_volatile

__all__ = [
    "REPLAYS",
    "RESPONSE",
    "Act",
    "Alignment",
    "Changed",
    "Difference",
    "Elsewhere",
    "Exploration",
    "Finding",
    "FreshLab",
    "Input",
    "LabFactory",
    "Moved",
    "OnlyLeft",
    "OnlyRight",
    "OtherInput",
    "Output",
    "Pair",
    "Path",
    "Perturbation",
    "Prefix",
    "Renamed",
    "Reordered",
    "Replay",
    "Request",
    "Step",
    "Volatility",
    "align",
    "content",
    "cookies_of",
    "diff",
    "diff_outputs",
    "explore",
    "find_volatile",
    "leaves",
    "parse_json",
    "permuted",
    "perturbed",
    "replay",
    "replay_prefix",
    "same",
    "sent_before",
    "show",
    "steps",
    "without_session",
]
