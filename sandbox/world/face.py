"""Face check stand-in: says whether a photo shows the person of a NIK, and keeps no photo.

``POST /face/v1/match`` with header ``X-API-Key``, ``{"subject": "…", "nik": "…", "photo": "<base64>"}`` answers::

    {"result": "MATCH"}        or NO_MATCH

The first match of a subject is made against the civil registry, which costs money; later ones against the face that was
enrolled then. A photo that holds the words ``SOMEBODY ELSE`` (a comment in the file will do) shows somebody else.
"""

from __future__ import annotations

import base64
import hmac
import sqlite3
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.world.book import Clock, to_text
from sandbox.world.registry import Number16, Registry
from sandbox.world.web import read

DEFAULT_API_KEY = "sandbox-face-key"
SOMEBODY_ELSE = b"SOMEBODY ELSE"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS faces (subject TEXT PRIMARY KEY, nik TEXT NOT NULL, enrolled_at TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS face_checks (
    number INTEGER PRIMARY KEY, at TEXT NOT NULL, subject TEXT NOT NULL, asked_registry INTEGER NOT NULL,
    result TEXT NOT NULL) STRICT;
"""


class Question(BaseModel):
    """One photo of one person."""

    model_config = ConfigDict(extra="forbid", strict=True)

    subject: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    nik: Number16
    photo: Annotated[str, StringConstraints(min_length=4, max_length=8_000_000)]


class Faces:
    """The check's own books: who is enrolled, and every check that was made."""

    def __init__(
        self, book: sqlite3.Connection, clock: Clock, registry: Registry, api_key: str = DEFAULT_API_KEY
    ) -> None:
        self._book = book
        self._clock = clock
        self._registry = registry
        self._api_key = api_key.encode()
        book.executescript(_SCHEMA)

    def match(self, question: Question) -> dict[str, str]:
        """The answer about one photo, which is counted. Raises HTTPException 400 for what is not base64."""
        try:
            photo = base64.b64decode(question.photo, validate=True)
        except ValueError:
            raise HTTPException(400, "photo: not base64") from None
        enrolled = self._book.execute("SELECT nik FROM faces WHERE subject = ?", (question.subject,)).fetchone()
        known = enrolled["nik"] == question.nik if enrolled else self._registry.is_alive(question.nik)
        result = "MATCH" if known and SOMEBODY_ELSE not in photo else "NO_MATCH"
        now = to_text(self._clock())
        if result == "MATCH" and not enrolled:
            self._book.execute("INSERT INTO faces VALUES (?, ?, ?)", (question.subject, question.nik, now))
        self._book.execute(
            "INSERT INTO face_checks (at, subject, asked_registry, result) VALUES (?, ?, ?, ?)",
            (now, question.subject, int(enrolled is None), result),
        )
        return {"result": result}

    def facts(self) -> dict[str, Any]:
        checks, registry = self._book.execute("SELECT count(*), sum(asked_registry) FROM face_checks").fetchone()
        (enrolled,) = self._book.execute("SELECT count(*) FROM faces").fetchone()
        results = dict(self._book.execute("SELECT result, count(*) FROM face_checks GROUP BY result").fetchall())
        return {"checks": checks, "registry_matches": registry or 0, "enrolled": enrolled, "results": results}

    def routes(self) -> list[Route]:
        async def match(request: Request) -> Response:
            if not hmac.compare_digest(request.headers.get("x-api-key", "").encode(), self._api_key):
                raise HTTPException(401, "X-API-Key is missing or wrong")
            return JSONResponse(self.match(await read(request, Question)))

        return [Route("/face/v1/match", match, methods=["POST"])]
