"""Randomness beacon stand-in, in the manner of drand: one signed round every period, each signing the one before.

Round *n* comes out at genesis + (*n* - 1) periods. Its signature is Ed25519 over SHA-256(previous signature ‖ *n* as
8 bytes, big endian); its randomness is the SHA-256 of its signature. The key comes from a seed in the book, so the
whole chain can be computed again; every 256th signature is kept, so that none is far away.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import sqlite3
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.world.book import Clock, to_text

_SCHEMA = """
CREATE TABLE IF NOT EXISTS beacon (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1), seed BLOB NOT NULL, genesis_at TEXT NOT NULL,
    period INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS beacon_rounds (number INTEGER PRIMARY KEY, signature BLOB NOT NULL) STRICT;
"""
_KEEP_EVERY = 256
_AT_ONCE = 500
"""Rounds computed between two looks at other requests; a few milliseconds."""


class Beacon:
    """One chain. ``period`` (seconds) and genesis are fixed when the book is new and then stay."""

    def __init__(self, book: sqlite3.Connection, clock: Clock, period: int = 1) -> None:
        self._book = book
        self._clock = clock
        book.executescript(_SCHEMA)
        book.execute(
            "INSERT OR IGNORE INTO beacon VALUES (1, ?, ?, ?)",
            (secrets.token_bytes(32), to_text(clock().replace(microsecond=0)), period),
        )
        row = book.execute("SELECT * FROM beacon").fetchone()
        self._key = Ed25519PrivateKey.from_private_bytes(row["seed"])
        self._public_key = self._key.public_key().public_bytes_raw()
        self._genesis_seed = hashlib.sha256(b"genesis" + self._public_key).digest()
        self._genesis_at = datetime.fromisoformat(row["genesis_at"])
        self._period = timedelta(seconds=row["period"])
        self._head: int = book.execute("SELECT coalesce(max(number), 0) FROM beacon_rounds").fetchone()[0]
        self._recent: OrderedDict[int, bytes] = OrderedDict()

    def info(self) -> dict[str, Any]:
        return {
            "scheme": "ed25519-chained-sha256",
            "public_key": self._public_key.hex(),
            "genesis_seed": self._genesis_seed.hex(),
            "genesis_at": to_text(self._genesis_at),
            "period_seconds": int(self._period.total_seconds()),
        }

    def latest(self) -> int:
        """Number of the newest round that is out; 0 before genesis."""
        return max(0, (self._clock() - self._genesis_at) // self._period + 1)

    def round(self, number: int) -> dict[str, Any]:
        """A round that is out: 1 ≤ number ≤ ``latest()``."""
        previous, signature = self._signature(number - 1), self._signature(number)
        return {
            "round": number,
            "randomness": hashlib.sha256(signature).hexdigest(),
            "signature": signature.hex(),
            "previous_signature": previous.hex(),
        }

    def behind(self) -> int:
        """How many rounds are out by time but not computed yet, because this process slept."""
        return self.latest() - self._head

    def catch_up(self) -> None:
        """Compute some of the rounds that are due."""
        self._signature(min(self.latest(), self._head + _AT_ONCE))

    async def keep_up(self) -> None:
        """Stay with the time for as long as the process lives."""
        while True:
            self.catch_up()
            await asyncio.sleep(0 if self.behind() > 0 else 5)

    def facts(self) -> dict[str, Any]:
        return {"latest_round": self.latest(), **self.info()}

    def routes(self) -> list[Route]:
        async def info(request: Request) -> Response:
            return JSONResponse(self.info())

        async def one_round(request: Request) -> Response:
            latest = self.latest()
            number = latest if request.path_params["number"] == "latest" else _round_number(request)
            if number > latest:
                raise HTTPException(425, f"round {number} is not out yet", {"retry-after": self._seconds_until(number)})
            if number - self._head > _AT_ONCE:
                raise HTTPException(503, "catching up after a pause", {"retry-after": "1"})
            return JSONResponse(self.round(number))

        return [Route("/beacon/info", info), Route("/beacon/rounds/{number}", one_round)]

    def _seconds_until(self, number: int) -> str:
        wait = self._genesis_at + (number - 1) * self._period - self._clock()
        return str(max(1, -(-wait // timedelta(seconds=1))))

    def _signature(self, number: int) -> bytes:
        """Of any round; of round 0 the genesis seed. Takes at most as many steps as lie behind the last kept one."""
        if number in self._recent:
            return self._recent[number]
        row = self._book.execute(
            "SELECT number, signature FROM beacon_rounds WHERE number <= ? ORDER BY number DESC LIMIT 1", (number,)
        ).fetchone()
        at, signature = (row["number"], row["signature"]) if row else (0, self._genesis_seed)
        while at < number:
            at += 1
            signature = self._key.sign(hashlib.sha256(signature + at.to_bytes(8, "big")).digest())
            if at % _KEEP_EVERY == 0:
                self._book.execute("INSERT OR IGNORE INTO beacon_rounds VALUES (?, ?)", (at, signature))
        self._head = max(self._head, number)
        self._remember(number, signature)
        return bytes(signature)

    def _remember(self, number: int, signature: bytes) -> None:
        self._recent[number] = signature
        if len(self._recent) > _KEEP_EVERY:
            self._recent.popitem(last=False)


def _round_number(request: Request) -> int:
    text: str = request.path_params["number"]
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 16 and int(text) > 0):
        raise HTTPException(404, "rounds are numbered 1, 2, 3, … or 'latest'")
    return int(text)
