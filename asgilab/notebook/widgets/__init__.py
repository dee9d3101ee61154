"""The widgets of the notebook: one stem, three files (Python, JavaScript, CSS)."""

from asgilab.notebook.widgets._publisher import Controls
from asgilab.notebook.widgets.timeline import TimelineWidget

__all__ = ["Controls", "TimelineWidget"]
