"""Plain pages: one column from 320 px, no script, no outside resource, dark where the reader prefers it."""

from __future__ import annotations

from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

__all__ = ["escape", "page", "wib_text"]

_STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 0 auto; max-width: 44rem; padding: 0 1rem 3rem; overflow-wrap: anywhere }
nav { display: flex; flex-wrap: wrap; gap: 1rem; padding: .75rem 0 }
h1 { font-size: 1.35rem; line-height: 1.25 } h2 { font-size: 1.05rem; margin: .25rem 0 }
article { border: 1px solid #8888; border-radius: .5rem; padding: .75rem; margin: .75rem 0 }
article p { margin: .25rem 0 } .text { white-space: pre-wrap } .quiet { opacity: .8; font-size: .875rem }
form { margin: .5rem 0; display: flex; flex-wrap: wrap; gap: .5rem; align-items: center } label { width: 100% }
input, button { font: inherit; padding: .5rem .75rem; min-height: 2.75rem; box-sizing: border-box }
input { flex: 1 1 12rem; min-width: 0 } dl { display: grid; grid-template-columns: auto 1fr; gap: 0 1rem; margin: .5rem 0 }
dd { margin: 0 } .now { font-weight: bold; outline: 2px solid }
"""


def page(title: str, body: str) -> str:
    """A whole document; ``body`` is HTML in which every outside text is escaped already."""
    return f"""<!doctype html>
<html lang="id"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title><style>{_STYLE}</style></head>
<body><nav><a href="/inbox">Kotak masuk / Inbox</a><a href="/control">Kendali / Control</a>
<a href="/snap/control">Pembayaran / Payments</a></nav>
<main><h1>{escape(title)}</h1>{body}</main></body></html>"""


def wib_text(stored: str) -> str:
    """A stored UTC time as people in Jakarta read it: ``24-11-2026 10:49:29 WIB``."""
    return datetime.fromisoformat(stored).astimezone(ZoneInfo("Asia/Jakarta")).strftime("%d-%m-%Y %H:%M:%S WIB")
