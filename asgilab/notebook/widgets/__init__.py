"""The widgets of the notebook: one stem, three files (Python, JavaScript, CSS)."""

from asgilab.notebook.widgets.timeline import Controls, TimelineWidget

__all__ = ["Controls", "TimelineWidget"]
