"""Civil registry (Dukcapil) stand-in: compares a record with its own and never shows it.

``POST /registry/v1/verify`` with header ``X-API-Key`` answers::

    {"result": "FOUND", "remark": "Data Ditemukan", "fields": {"full_name": "SESUAI", "mother_name": "TIDAK SESUAI", …}}
    {"result": "NOT_FOUND", "remark": "Data Tidak Ditemukan"}          also DECEASED, DUPLICATE

Names are compared without regard to case, apostrophes, dots and spacing; everything else exactly.
"""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.world.book import Clock, to_text, transaction
from sandbox.world.web import read

DEFAULT_API_KEY = "sandbox-registry-key"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS people (
    nik TEXT PRIMARY KEY, family_card_number TEXT NOT NULL, full_name TEXT NOT NULL, birth_date TEXT NOT NULL,
    mother_name TEXT NOT NULL, status TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS look_ups (
    number INTEGER PRIMARY KEY, at TEXT NOT NULL, nik TEXT NOT NULL, result TEXT NOT NULL) STRICT;
"""
_REMARKS = {
    "FOUND": "Data Ditemukan",
    "NOT_FOUND": "Data Tidak Ditemukan",
    "DECEASED": "Meninggal Dunia",
    "DUPLICATE": "Data Ganda",
}
_COMPARED = ("family_card_number", "full_name", "birth_date", "mother_name")

Number16 = Annotated[str, StringConstraints(pattern=r"^[0-9]{16}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class Status(StrEnum):
    ALIVE = "ALIVE"
    DECEASED = "DECEASED"
    DUPLICATE = "DUPLICATE"


class Question(BaseModel):
    """What an institution sends for one look-up."""

    model_config = ConfigDict(extra="forbid", strict=True)

    nik: Number16
    family_card_number: Number16
    full_name: Name
    birth_date: date
    mother_name: Name


class RegisteredPerson(Question):
    """One record of the registry itself."""

    status: Status = Status.ALIVE


class Registry:
    """The registry's own books: people, and every look-up that was made."""

    def __init__(self, book: sqlite3.Connection, clock: Clock, api_key: str = DEFAULT_API_KEY) -> None:
        self._book = book
        self._clock = clock
        self._api_key = api_key.encode()
        book.executescript(_SCHEMA)

    def register(self, people: Iterable[RegisteredPerson]) -> int:
        """Add or replace people; returns how many."""
        rows = [person.model_dump(mode="json") for person in people]
        with transaction(self._book):
            self._book.executemany(
                "REPLACE INTO people VALUES "
                "(:nik, :family_card_number, :full_name, :birth_date, :mother_name, :status)",
                rows,
            )
        return len(rows)

    def verify(self, question: Question) -> dict[str, Any]:
        """The answer to one look-up, which is counted."""
        asked = question.model_dump(mode="json")
        known = self._book.execute("SELECT * FROM people WHERE nik = ?", (question.nik,)).fetchone()
        result = "NOT_FOUND" if known is None else "FOUND" if known["status"] == Status.ALIVE else known["status"]
        answer: dict[str, Any] = {"result": result, "remark": _REMARKS[result]}
        if result == "FOUND":
            agrees = {name: _plain(name, asked[name]) == _plain(name, known[name]) for name in _COMPARED}
            answer["fields"] = {name: "SESUAI" if same else "TIDAK SESUAI" for name, same in agrees.items()}
        self._book.execute(
            "INSERT INTO look_ups (at, nik, result) VALUES (?, ?, ?)", (to_text(self._clock()), question.nik, result)
        )
        return answer

    def is_alive(self, nik: str) -> bool:
        """Is it the number of a living person?"""
        known = self._book.execute("SELECT status FROM people WHERE nik = ?", (nik,)).fetchone()
        return known is not None and known["status"] == Status.ALIVE

    def people(self, limit: int) -> list[dict[str, str]]:
        """The first records by NIK: all invented, shown so that somebody can try the journey by hand."""
        return [dict(row) for row in self._book.execute("SELECT * FROM people ORDER BY nik LIMIT ?", (limit,))]

    def facts(self) -> dict[str, Any]:
        (people,) = self._book.execute("SELECT count(*) FROM people").fetchone()
        (look_ups, persons) = self._book.execute("SELECT count(*), count(DISTINCT nik) FROM look_ups").fetchone()
        results = dict(self._book.execute("SELECT result, count(*) FROM look_ups GROUP BY result").fetchall())
        return {"people": people, "look_ups": look_ups, "persons_looked_up": persons, "results": results}

    def routes(self) -> list[Route]:
        async def verify(request: Request) -> Response:
            if not hmac.compare_digest(request.headers.get("x-api-key", "").encode(), self._api_key):
                raise HTTPException(401, "X-API-Key is missing or wrong")
            return JSONResponse(self.verify(await read(request, Question)))

        return [Route("/registry/v1/verify", verify, methods=["POST"])]


class Seed(BaseModel):
    """What ``POST /control/registry/people`` takes: records, or a seed and count from which they are invented."""

    model_config = ConfigDict(extra="forbid")

    people: list[RegisteredPerson] = Field(default_factory=list, max_length=10_000)
    seed: int = 1
    count: int = Field(default=0, ge=0, le=10_000)


def _plain(name: str, value: str) -> str:
    if name not in ("full_name", "mother_name"):
        return value
    return " ".join("".join(sign for sign in value if sign.isalnum() or sign.isspace()).casefold().split())
