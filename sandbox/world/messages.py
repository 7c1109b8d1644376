"""SMS and e-mail provider stand-ins, and the inbox in which people read what was sent to them.

``POST /sms/v1/messages`` {to, text, reference} and ``POST /email/v1/messages`` {to, subject, text, reference} answer
202 {id, reference, receipts}. A reference is delivered once: handing it over again is accepted, counted in ``receipts``
and changes nothing, and if it then says something else, that is counted in ``differing``.
"""

from __future__ import annotations

import re
import sqlite3
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, StringConstraints
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sandbox.world.book import Clock, to_text
from sandbox.world.pages import escape, page, wib_text
from sandbox.world.web import read, whole_number

_SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    number INTEGER PRIMARY KEY, channel TEXT NOT NULL, reference TEXT NOT NULL, address TEXT NOT NULL,
    subject TEXT NOT NULL, text TEXT NOT NULL, received_at TEXT NOT NULL, receipts INTEGER NOT NULL DEFAULT 1,
    differing INTEGER NOT NULL DEFAULT 0, UNIQUE (channel, reference)) STRICT;
CREATE INDEX IF NOT EXISTS messages_by_address ON messages (address, number);
"""
_ACCEPT = """
INSERT INTO messages (channel, reference, address, subject, text, received_at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (channel, reference) DO UPDATE SET
    receipts = receipts + 1,
    differing = differing + (address <> excluded.address OR subject <> excluded.subject OR text <> excluded.text)
RETURNING number, receipts
"""
_PAGE_OF_INBOX = 50
_MOST = 1000
_END = 2**53
"""Greater than any message number."""

Reference = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Sms(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    to: Annotated[str, StringConstraints(pattern=r"^(08|\+?628)[0-9]{7,11}$")]
    text: Annotated[str, StringConstraints(min_length=1, max_length=1600)]
    reference: Reference
    subject: Annotated[str, StringConstraints(max_length=0)] = ""


class Email(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    to: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
    subject: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    text: Annotated[str, StringConstraints(min_length=1, max_length=100_000)]
    reference: Reference


class Messages:
    """What both providers have accepted."""

    def __init__(self, book: sqlite3.Connection, clock: Clock) -> None:
        self._book = book
        self._clock = clock
        book.executescript(_SCHEMA)

    def accept(self, channel: str, message: Sms | Email) -> dict[str, Any]:
        """Store one message, or count a repeat of it."""
        received_at = to_text(self._clock())
        row = self._book.execute(
            _ACCEPT,
            (channel, message.reference, plain_address(message.to), message.subject, message.text, received_at),
        ).fetchone()
        return {"id": f"{channel}-{row['number']}", "reference": message.reference, "receipts": row["receipts"]}

    def find(self, *, to: str = "", since: int = 0, before: int = _END, limit: int) -> list[dict[str, Any]]:
        """Messages with ``since`` < number < ``before``, newest first, of one address or of all."""
        rows = self._book.execute(
            "SELECT * FROM messages WHERE number > ? AND number < ? AND (? = '' OR address = ?) "
            "ORDER BY number DESC LIMIT ?",
            (since, before, plain_address(to), plain_address(to), limit),
        )
        return [dict(row) for row in rows]

    def facts(self, channel: str) -> dict[str, Any]:
        row = self._book.execute(
            "SELECT count(*) AS messages, coalesce(sum(receipts), 0) AS receipts, "
            "coalesce(sum(differing), 0) AS differing FROM messages WHERE channel = ?",
            (channel,),
        ).fetchone()
        return dict(row)

    def routes(self, channel: str) -> list[Route]:
        model: type[Sms | Email] = Sms if channel == "sms" else Email

        async def accept(request: Request) -> Response:
            return JSONResponse(self.accept(channel, await read(request, model)), 202)

        return [Route(f"/{channel}/v1/messages", accept, methods=["POST"])]

    def inbox_routes(self) -> list[Route]:
        async def as_json(request: Request) -> Response:
            found = self.find(
                to=request.query_params.get("to", ""),
                since=whole_number(request, "since", 0, _END),
                before=whole_number(request, "before", _END, _END),
                limit=whole_number(request, "limit", 100, _MOST),
            )
            return JSONResponse({"messages": found})

        async def as_page(request: Request) -> Response:
            to = request.query_params.get("to", "")
            before = whole_number(request, "before", _END, _END)
            return HTMLResponse(_inbox(to, self.find(to=to, before=before, limit=_PAGE_OF_INBOX)))

        return [Route("/inbox/messages", as_json), Route("/inbox", as_page)]


def plain_address(address: str) -> str:
    """One spelling for one address: phones as ``08…`` (a ``+`` may have become a space in a URL), e-mail in small letters."""
    address = address.strip()
    return "0" + address.lstrip("+")[2:] if re.fullmatch(r"\+?628\d+", address) else address.lower()


def _inbox(to: str, found: list[dict[str, Any]]) -> str:
    older = ""
    if len(found) == _PAGE_OF_INBOX:
        query = urlencode({"to": to, "before": found[-1]["number"]})
        older = f'<p><a href="/inbox?{escape(query)}">Lebih lama / Older</a></p>'
    shown = "".join(_shown(message) for message in found) or "<p>Belum ada pesan. / No messages yet.</p>"
    return page(
        "Kotak masuk / Inbox",
        f"""<form method="get" action="/inbox">
<label for="to">Nomor HP atau e-mail / Phone or e-mail</label>
<input id="to" name="to" value="{escape(to)}" placeholder="08… / …@example.test" autocapitalize="none">
<button>Tampilkan / Show</button> <a href="/inbox">Semua / All</a>
</form>{shown}{older}""",
    )


def _shown(message: dict[str, Any]) -> str:
    link = "/inbox?" + urlencode({"to": message["address"]})
    repeats = f" · diterima {message['receipts']}× / received {message['receipts']}×" if message["receipts"] > 1 else ""
    subject = f"<h2>{escape(message['subject'])}</h2>" if message["subject"] else ""
    return f"""<article><p class="quiet">{"SMS" if message["channel"] == "sms" else "E-mail"} ·
<a href="{escape(link)}">{escape(message["address"])}</a> · {wib_text(message["received_at"])}{repeats}</p>
{subject}<p class="text">{escape(message["text"])}</p></article>"""
