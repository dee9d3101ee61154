"""A session as one static piece of HTML: no script, no link, nothing to load.

It is what a saved notebook shows where there is no kernel: on a code host, in
an exported page. Colours are the page's own, so that light and dark both work;
where a host strips the style sheet, a plain table remains. Every recorded text
is escaped, and its invisible characters are spelled out before.
"""

from html import escape
from typing import Final

from asgilab.rendering._lines import LAST, Line, duration, lines
from asgilab.sessions import Session

# Mid tones: at least 3:1 against white and against a near-black page.
_LANES: Final = (
    "#2f7fd1",
    "#c2571a",
    "#8a63d2",
    "#1f8a5b",
    "#c0397b",
    "#8a7a12",
    "#1a8a99",
    "#b0483f",
)

_STYLE: Final = """
.asgilab-static{font:13px/1.45 var(--jp-ui-font-family,system-ui,sans-serif);
color:inherit;max-width:100%}
.asgilab-static .frame{max-height:32em;overflow:auto;
border:1px solid color-mix(in srgb,currentColor 22%,transparent);border-radius:4px}
.asgilab-static table{border-collapse:collapse;width:100%;margin:0;border:0;
color:inherit;background:none;table-layout:auto;font-size:inherit}
.asgilab-static tr{background:none!important}
.asgilab-static th,.asgilab-static td{padding:2px 8px;text-align:left!important;
vertical-align:top;white-space:nowrap;border:0;max-width:none}
.asgilab-static th{font-weight:600;position:sticky;top:0;z-index:1;
background:var(--jp-layout-color0,Canvas);
box-shadow:0 1px color-mix(in srgb,currentColor 22%,transparent)}
.asgilab-static td.n{text-align:right!important;opacity:.7;
font-variant-numeric:tabular-nums}
.asgilab-static td.p{width:100%;min-width:18em}
.asgilab-static td.p>div{display:-webkit-box;-webkit-box-orient:vertical;
-webkit-line-clamp:2;overflow:hidden;white-space:pre-wrap;overflow-wrap:anywhere}
.asgilab-static td.p,.asgilab-static td.t,.asgilab-static td.s,.asgilab-static pre{
font-family:var(--jp-code-font-family,ui-monospace,monospace);font-size:12px}
.asgilab-static td.s,.asgilab-static tr.quiet :is(.t,.p),.asgilab-static p{opacity:.7}
.asgilab-static tr.raised td{background:color-mix(in srgb,#d93025 14%,transparent)}
.asgilab-static tr.gap td{opacity:.65;font-style:italic;
border-top:1px dashed color-mix(in srgb,currentColor 40%,transparent)}
.asgilab-static b.lane{font-weight:600;border-left:3px solid;padding-left:6px}
.asgilab-static p{margin:4px 0}
.asgilab-static pre{white-space:pre-wrap;margin:4px 0;color:inherit;
background:none;border:0;padding:0}
.asgilab-static summary{cursor:pointer}
"""

# JupyterLab takes the style sheet out of a notebook that it does not trust, and
# would then align all to the right; these it leaves.
_LEFT: Final = ' style="text-align:left"'

_HEAD: Final = (
    f"<thead><tr><th>#</th><th>time</th><th{_LEFT}>connection</th><th></th>"
    f"<th{_LEFT}>type</th><th{_LEFT}>payload</th><th>source</th></tr></thead>"
)

_DIRECTIONS: Final = {"→": "received by the application", "←": "sent by it"}


def to_html(session: Session, *, last: int = LAST) -> str:
    """Return a session as a self-contained piece of HTML.

    Args:
        session: The session to show.
        last: Greatest number of events; what is left out is told.
    """
    shown = list(lines(session, last))
    body = "".join(_row(line) for line in shown)
    table = f"<table>{_HEAD}<tbody>{body}</tbody></table>" if shown else ""
    return (
        f'<div class="asgilab-static"><style>{_STYLE}</style>'
        f"<p>{_summary(session, len(shown))}</p>"
        + (f'<div class="frame" tabindex="0">{table}</div>' if table else "")
        + "</div>"
    )


def _summary(session: Session, shown: int) -> str:
    total = len(session)
    if not total:
        return "No events yet."
    names = len(session.connections)
    text = f"{_count(total, 'event')} on {_count(names, 'connection')}"
    if shown < total:
        text += f"; the last {shown} are shown, {total - shown} earlier are left out"
    return f"{text}."


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _row(line: Line) -> str:
    colour = _LANES[line.lane % len(_LANES)]
    direction = escape(_DIRECTIONS.get(line.arrow, ""))
    cells = (
        f'<td class="n">{line.index}</td><td class="n">{line.time}</td>'
        f'<td{_LEFT}><b class="lane" style="color:{colour}">'
        f"{escape(line.connection)}</b></td>"
        f'<td title="{direction}" style="color:{colour}">{line.arrow}</td>'
        f'<td class="t"{_LEFT}>{escape(line.label)}</td>'
        f'<td class="p"{_LEFT}>{_payload(line)}</td>'
        f'<td class="s">{escape(line.place)}</td>'
    )
    return f'{_gap(line)}<tr class="{line.tone}">{cells}</tr>'


def _gap(line: Line) -> str:
    if line.gap is None:
        return ""
    mark = f"⋯ {duration(line.gap)} without an event"
    return f'<tr class="gap"><td></td><td></td><td colspan="5">{mark}</td></tr>'


def _payload(line: Line) -> str:
    note = f"<em>{escape(line.note)}</em> " if line.note else ""
    if not line.traceback:
        return f"<div>{note}{escape(line.preview)}</div>"
    return (
        f"<details>{note}<summary>{escape(line.preview)}</summary>"
        f"<pre>{escape(line.traceback)}</pre></details>"
    )
