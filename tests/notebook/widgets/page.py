"""A bare page that shows the timeline as anywidget would, with a publisher behind it.

No Jupyter: what the view asks is answered at once, on the test's own thread.
"""

import base64
import json
from typing import Any

from playwright.sync_api import Browser, Page

from asgilab.notebook.widgets._modules import FOLDER, compose
from asgilab.notebook.widgets._publisher import Publisher
from asgilab.sessions import Session

HTML = """<!doctype html><meta charset="utf-8"><style>{css}</style>
<div id="el" style="width:{width}px"></div>
<script>
const listeners = [];
const view = (text) =>
  new DataView(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
window.deliver = (messages) => {{
  for (const [content, buffers] of messages)
    for (const listener of [...listeners]) listener(content, buffers.map(view));
}};
window.keysThatLeak = [];
document.addEventListener("keydown", (event) => window.keysThatLeak.push(event.key));
const model = {{
  get: (name) => (name === "_mark" ? "mark" : undefined),
  on: (name, listener) => listeners.push(listener),
  off: (name, listener) => listeners.splice(listeners.indexOf(listener), 1),
  send: async (message) => window.deliver(await window.ask(message)),
}};
window.start = async (source) => {{
  const blob = new Blob([source], {{ type: "text/javascript" }});
  const widget = (await import(URL.createObjectURL(blob))).default;
  window.close_ = widget.render({{ model, el: document.getElementById("el") }});
}};
</script>"""


class TimelinePage:
    """One timeline in one page.

    Args:
        browser: The browser to open it in.
        session: What it shows.
        controls: What its buttons do, if it has any.
        width: Width of the cell in pixels.
    """

    def __init__(
        self,
        browser: Browser,
        session: Session,
        controls: Any = None,
        width: int = 1100,
    ) -> None:
        self.session = session
        self.asked: list[dict[str, Any]] = []
        self.errors: list[str] = []
        self._out: list[Any] = []
        self.publisher = Publisher(session, controls, self._transmit)
        self.page: Page = browser.new_page(viewport={"width": 1200, "height": 700})
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", lambda dialog: self.errors.append(dialog.message))
        self.page.expose_function("ask", self._ask)
        css = (FOLDER / "timeline.css").read_text("utf-8")
        self.page.set_content(HTML.format(css=css, width=width))
        self.page.evaluate("(source) => start(source)", compose("timeline.js"))
        self.page.wait_for_selector(".asgilab-timeline")

    def push(self) -> None:
        """Send what is new, as the feed does."""
        while self.publisher.update():
            pass
        self.page.evaluate("(messages) => deliver(messages)", self._taken())

    def wait(self, condition: str) -> None:
        """Wait until an expression of JavaScript is true."""
        self.page.wait_for_function(f"() => {condition}", timeout=5000)

    def shown(self) -> list[str]:
        """Return the numbers of the events whose rows exist, from top to bottom."""
        rows = self.page.locator(".space .row:not([hidden]) .index")
        return rows.all_inner_texts()

    def focused(self) -> str:
        """Return what has the focus: its label, or its class."""
        active = "document.activeElement"
        return str(self.page.evaluate(f"{active}.ariaLabel || {active}.className"))

    def _ask(self, message: dict[str, Any]) -> list[Any]:
        self.asked.append(message)
        self.publisher.answer(message)
        while self.publisher.update():
            pass
        return self._taken()

    def _transmit(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        json.loads(buffers[0])
        texts = [base64.b64encode(buffer).decode() for buffer in buffers]
        self._out.append([content, texts])

    def _taken(self) -> list[Any]:
        taken, self._out = self._out, []
        return taken
