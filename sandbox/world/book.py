"""Where the stand-ins keep what they know: one SQLite file, so that a killed process loses nothing it has answered."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

Clock = Callable[[], datetime]
"""Gives the present time, aware, UTC."""


def machine_clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the outside world has a clock of its own


def to_text(moment: datetime) -> str:
    """UTC, fixed width: ``2026-11-24T03:49:29.000000Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def open_book(state_dir: Path) -> sqlite3.Connection:
    """Open or create the file. Every statement is its own transaction, written before the answer leaves."""
    state_dir.mkdir(parents=True, exist_ok=True)
    book = sqlite3.connect(state_dir / "world.sqlite3", isolation_level=None, check_same_thread=False)
    book.row_factory = sqlite3.Row
    book.execute("PRAGMA journal_mode = WAL")
    book.execute("PRAGMA synchronous = NORMAL")  # survives a killed process; a power cut may cost the last moments
    return book


@contextmanager
def transaction(book: sqlite3.Connection) -> Iterator[None]:
    """Several statements, all or none."""
    book.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        book.execute("ROLLBACK")
        raise
    book.execute("COMMIT")
