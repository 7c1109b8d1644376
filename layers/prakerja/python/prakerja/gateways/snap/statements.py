"""Read one page of a statement (service 14) or of a history (service 12) into entries. Pure.

A line that cannot be read is counted, never guessed: its direction, its amount and its time decide about money.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from prakerja.payouts.answers import Exchange, Outcome
from prakerja.payouts.ports import MOST_PAGES
from prakerja.payouts.references import find_reference
from prakerja.payouts.statements import StatementAnswer, StatementEntry, StatementStatus
from prakerja.platform.clock import WIB

from .answers import NOT_FOUND, Reply
from .bodies import PAGE_SIZE
from .profiles import Profile, Service
from .reading import exact_rupiah, rupiah_of, safe_text, text_of

_DEPOSIT = "DEPOSIT"
_INCOMING = frozenset({"CREDIT", "REFUND", "RECEIVE_MONEY", "CASHBACK", _DEPOSIT})
_OUTGOING = frozenset({"DEBIT", "PAYMENT", "TOP_UP", "DISBURSMENT", "DISBURSEMENT", "SEND_MONEY", "FEE"})
_REFERENCE_FIELDS = ("partnerReferenceNo", "originalPartnerReferenceNo")
_THEIR_FIELDS = ("transactionId", "referenceNo", "originalReferenceNo")


@dataclass(frozen=True, slots=True)
class Page:
    """One page. ``resume`` is the time from which a statement goes on."""

    entries: tuple[StatementEntry, ...]
    unreadable: int
    more: bool
    resume: datetime | None
    opening: int | None
    closing: int | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where the next page begins: 14 goes on from a time, 12 by number."""

    start: datetime
    number: int


class Reading:
    """A statement on its way from page to page. It ends at the last page, at the first bad one, or after too many."""

    def __init__(self, profile: Profile, start: datetime, end: datetime) -> None:
        self._profile = profile
        self._by_time = profile.statement is Service.BANK_STATEMENT
        self._start = start.replace(microsecond=0)  # as far as the wire tells times
        self._end = end
        self._place: Place | None = Place(start, 1)
        self._entries: list[StatementEntry] = []
        self._exchanges: tuple[Exchange, ...] = ()
        self._opening: int | None = None
        self._closing: int | None = None
        self._unreadable = 0
        self._status = StatementStatus.UNAVAILABLE
        self._code = self._message = ""

    def next_page(self) -> Place | None:
        """What to ask for; None when there is nothing more to ask."""
        return self._place

    def take(self, reply: Reply, exchanges: tuple[Exchange, ...]) -> None:
        """Add a page, and decide whether another one follows."""
        place, self._place = self._place, None
        self._exchanges += exchanges
        self._code, self._message = reply.code_text, reply.message
        if place is None:
            return
        page = read_page(self._profile, reply)
        if page is None:
            self._entries, self._status = [], StatementStatus.UNAVAILABLE
            return
        again = self._by_time and place.number > 1
        fresh = without_repeated(page.entries, self._entries, place.start) if again else page.entries
        self._entries += fresh
        self._unreadable += page.unreadable
        self._opening = page.opening if place.number == 1 else self._opening
        self._closing = page.closing
        self._status = StatementStatus.INCOMPLETE if self._unreadable else StatementStatus.KNOWN
        if self._unreadable:
            self._message = f"{self._unreadable} lines cannot be read"
        if page.more:
            self._place = self._after(place, page, advanced=bool(fresh))

    def answer(self) -> StatementAnswer:
        """All lines of the span, or as much as is certain."""
        entries = tuple(entry for entry in self._entries if self._start <= entry.at < self._end)
        return StatementAnswer(
            self._status, entries, self._opening, self._closing, self._code, self._message, self._exchanges
        )

    def _after(self, place: Place, page: Page, *, advanced: bool) -> Place | None:
        start = page.resume if self._by_time else place.start
        if place.number >= MOST_PAGES or not advanced or start is None:
            self._status, self._message = StatementStatus.INCOMPLETE, f"more lines than {place.number} pages tell"
            return None
        return Place(start, place.number + 1)


def read_page(profile: Profile, reply: Reply) -> Page | None:
    """The page in a reply; None if it is none. "Not found" is a page without lines: nothing happened in that span."""
    body = reply.body
    nothing = reply.code is not None and (reply.code.http, reply.code.case) == NOT_FOUND
    lines = [] if nothing else body.get("detailData", [])
    if not isinstance(lines, list) or not (nothing or reply.outcome is Outcome.OK):
        return None
    entries = [_entry(line) for line in lines]
    read = tuple(entry for entry in entries if entry is not None)
    opening, closing = _balances(body.get("balance"))
    says_more = body.get("hasMore") in ("Y", "y", True)
    by_time = profile.statement is Service.BANK_STATEMENT
    return Page(
        entries=read,
        unreadable=len(entries) - len(read),
        more=says_more if by_time else says_more or len(lines) >= PAGE_SIZE,
        resume=moment(body.get("lastRecordDateTime")) if by_time else None,
        opening=opening,
        closing=closing,
    )


def without_repeated(
    page: Sequence[StatementEntry], known: Sequence[StatementEntry], since: datetime
) -> list[StatementEntry]:
    """The lines that a next page adds: it starts at the last second of the page before and tells that again."""
    told = Counter(entry for entry in known if entry.at == since)
    fresh = []
    for entry in page:
        if told[entry]:
            told[entry] -= 1
        else:
            fresh.append(entry)
    return fresh


def moment(said: object) -> datetime | None:
    """A time in UTC; one without an offset is Jakarta's."""
    try:
        found = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None
    if found is None:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=WIB)).astimezone(UTC)


def _entry(line: object) -> StatementEntry | None:
    if not isinstance(line, Mapping):
        return None
    kind = str(line.get("type")).upper()
    amount = exact_rupiah(line.get("amount"))
    at = moment(line.get("transactionDate") or line.get("dateTime"))
    if amount is None or at is None or kind not in _INCOMING | _OUTGOING:
        return None
    extra = line.get("additionalInfo")
    inside: Mapping[str, Any] = extra if isinstance(extra, Mapping) else {}
    remark = text_of(line.get("remark")) or ""
    said = next(
        (text for name in _REFERENCE_FIELDS if (text := text_of(line.get(name)) or text_of(inside.get(name)))), ""
    )
    return StatementEntry(
        reference=find_reference(said) or find_reference(remark),
        provider_reference=next((text for name in _THEIR_FIELDS if (text := text_of(line.get(name)))), None),
        at=at,
        amount=amount,
        incoming=kind in _INCOMING,
        settled=str(line.get("transactionDetailStatus") or line.get("status") or "SUCCESS").upper() == "SUCCESS",
        note=safe_text(remark),
        deposit=kind == _DEPOSIT,
    )


def _balances(said: object) -> tuple[int | None, int | None]:
    parts = [part for part in said if isinstance(part, Mapping)] if isinstance(said, list) else []
    if not parts:
        return None, None
    return rupiah_of(parts[0].get("startingBalance")), rupiah_of(parts[-1].get("endingBalance"))
