"""The draw of a wave: who gets a seat, who waits in reserve, and why everybody else does not.

Pure: the same roster, rules and beacon output give the same result, byte for byte, however the roster is cut into
shards and in whatever order it is read. ``docs/draw.md`` describes every encoding, so that anybody can repeat it.

``seed`` when the beacon has spoken; ``entrants`` and ``score`` on each shard by itself; ``select`` merges the sorted
shards and stops as soon as every seat is taken; ``outcome_of`` for each row of the roster.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from struct import Struct

from .answers import BeaconChain

GENERAL = "GENERAL"  # the pool in which everybody competes
QUOTA_REACHED = "QUOTA_REACHED"
FAMILY_CAP = "FAMILY_CAP"
INELIGIBLE = "INELIGIBLE:"  # followed by the reason that screening gave

_ENTRANT = Struct(">16s16sBB")  # application, family, seats left, stratum (0: none, n: the n-th of the rules)
_CANDIDATE = Struct(">32s16s16sBB")  # the ticket, then the entrant; so sorting bytes sorts by ticket
_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,39}")
_WAVE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class BrokenRoster(ValueError):
    """The roster contradicts its rules or itself. Nothing may be drawn from it."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """An affirmative group with seats of its own, for example prospective migrant workers. ``quota`` in people."""

    code: str
    quota: int


@dataclass(frozen=True, slots=True)
class Rules:
    """What is fixed before the draw. ``quota`` counts all seats, those of the strata included; ``reserves`` come on
    top. Strata are served in the order given. ``family_cap``: members of one family card, over all waves.
    The beacon's round is the first one due at least ``beacon_wait`` after the root of the roster is published.

    Raises ValueError when the figures cannot be: negative, strata beyond the quota, a stratum named twice.
    """

    wave_id: str
    quota: int
    reserves: int
    chain: BeaconChain
    beacon_wait: timedelta
    strata: tuple[Stratum, ...] = ()
    family_cap: int = 2

    def __post_init__(self) -> None:
        codes = [stratum.code for stratum in self.strata]
        quotas = [stratum.quota for stratum in self.strata]
        if not _WAVE_ID.fullmatch(self.wave_id):
            raise ValueError(f"not a wave id: {self.wave_id!r}")
        if min(self.quota, self.reserves, self.family_cap, *quotas) < 0 or sum(quotas) > self.quota:
            raise ValueError("a quota is negative, or the strata have more seats than the wave")
        if len({*codes, GENERAL}) <= len(codes) or len(codes) > 255:
            raise ValueError("each stratum needs a name of its own")
        if not all(_CODE.fullmatch(code) for code in codes):
            raise ValueError("a stratum is named in capitals, digits and underscores")

    def stratum_number(self, code: str | None) -> int:
        """Return 0 for no stratum, n for the n-th. Raises BrokenRoster for one that the rules do not know."""
        for number, stratum in enumerate(self.strata, 1):
            if stratum.code == code:
                return number
        if code is not None:
            raise BrokenRoster(f"the rules know no stratum {code!r}")
        return 0


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One application as screening left it; nothing in it names a person.

    ``application_id``: UUID text. ``family``: pseudonym of the family card, good for this wave only, 32 hex digits.
    ``family_seats_left``: how many more of the family may ever be decreed. ``reason``: why the applicant is not
    eligible, in capitals; None when eligible.
    """

    application_id: str
    family: str
    family_seats_left: int
    region: str
    stratum: str | None = None
    reason: str | None = None

    @property
    def competes(self) -> bool:
        """Whether the row takes part in the draw at all."""
        return self.reason is None and self.family_seats_left > 0


class Result(StrEnum):
    """The three ways a draw can end for an application."""

    SELECTED = "SELECTED"
    RESERVE = "RESERVE"
    NOT_SELECTED = "NOT_SELECTED"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the draw ended for one application. ``rank`` counts from 1, within ``pool`` or within the reserve list."""

    result: Result
    pool: str | None = None
    rank: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PoolResult:
    """Seats of one pool and what became of them; seats a stratum leaves empty are in ``GENERAL``'s ``seats``."""

    pool: str
    seats: int
    selected: int


@dataclass(frozen=True, slots=True)
class Selection:
    """What the walk decided: outcomes by application (16 bytes). Whoever is missing was not reached: quota."""

    decided: Mapping[bytes, Outcome]
    pools: tuple[PoolResult, ...]
    reserves: int
    family_capped: int
    selected_of: Counter[int]
    """Selected people by number of their own stratum (0: none), in whichever pool they got their seat."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of a roster shard; tallies of shards add up."""

    applications: int = 0
    no_family_seat: int = 0
    ineligible: Counter[str] = field(default_factory=Counter)
    competing: Counter[int] = field(default_factory=Counter)
    """Competing rows by number of their stratum (0: none)."""

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.applications + other.applications,
            self.no_family_seat + other.no_family_seat,
            self.ineligible + other.ineligible,
            self.competing + other.competing,
        )


def framed(*fields: bytes) -> bytes:
    """Join fields so that no two lists of fields give the same bytes: each after its length (4 bytes, big endian)."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in fields)


def id_bytes(application_id: str) -> bytes:
    """Return the 16 bytes of a UUID. They sort as the lower-case text does."""
    return bytes.fromhex(application_id.replace("-", ""))


def join_leaf(wave_id: str, application_id: str) -> bytes:
    """Return the entry that stands for a join in the tree of the wave's joins (see ``merkle``)."""
    return framed(b"prakerja/wave/join/v1", wave_id.encode(), id_bytes(application_id))


def seed(wave_id: str, root: bytes, beacon_output: bytes) -> bytes:
    """Return the 32 bytes that decide the draw. ``beacon_output``: the *verified* randomness of the agreed round."""
    return sha256(framed(b"prakerja/draw/seed/v1", wave_id.encode(), root, beacon_output)).digest()


def entrants(rules: Rules, rows: Iterable[RosterRow]) -> tuple[bytes, Tally]:
    """Pack those of ``rows`` who compete, 34 bytes each, and count all of them.

    Raises BrokenRoster when a row has more family seats than the cap, or a stratum that the rules do not know.
    """
    packed = []
    applications = no_family_seat = 0
    ineligible, competing = Counter[str](), Counter[int]()
    for row in rows:
        applications += 1
        number = rules.stratum_number(row.stratum)
        if not 0 <= row.family_seats_left <= rules.family_cap:
            raise BrokenRoster(f"{row.application_id}: {row.family_seats_left} family seats left")
        if row.reason is not None:
            ineligible[row.reason] += 1
        elif not row.competes:
            no_family_seat += 1
        else:
            competing[number] += 1
            home = bytes.fromhex(row.family)
            packed.append(_ENTRANT.pack(id_bytes(row.application_id), home, row.family_seats_left, number))
    return b"".join(packed), Tally(applications, no_family_seat, ineligible, competing)


def score(seed: bytes, entrants: bytes) -> bytes:
    """Give each entrant its ticket and return the candidates sorted by it, 66 bytes each: a shard for ``select``."""
    begun = sha256(framed(b"prakerja/draw/ticket/v1", seed) + (16).to_bytes(4, "big"))
    scored = []
    for at in range(0, len(entrants), _ENTRANT.size):
        entrant = entrants[at : at + _ENTRANT.size]
        ticket = begun.copy()
        ticket.update(entrant[:16])
        scored.append(ticket.digest() + entrant)
    scored.sort()
    return b"".join(scored)


@dataclass(frozen=True, slots=True)
class Candidates:
    """What ``score`` returned, cut into candidates while it is read: cut at once they take twice the memory."""

    packed: bytes

    def __iter__(self) -> Iterator[bytes]:
        return (self.packed[at : at + _CANDIDATE.size] for at in range(0, len(self.packed), _CANDIDATE.size))


def select(rules: Rules, shards: Sequence[Iterable[bytes]]) -> Selection:
    """Walk the candidates of all ``shards`` by ticket and hand out the seats.

    Each shard is sorted by ticket and can be iterated more than once (a list, or ``Candidates``). The strata come first,
    each over its own members; then everybody without a seat competes for the general seats and those left empty; then the
    reserve list is filled. A person whose family has no seat left is passed over; a place in reserve takes a seat too.
    Raises BrokenRoster when members of one family disagree on its seats left.
    """
    walk = _Walk()
    pools = []
    for number, stratum in enumerate(rules.strata, 1):
        members = heapq.merge(*(_members(shard, number) for shard in shards))
        taken = walk.fill(members, stratum.quota, Result.SELECTED, stratum.code)
        pools.append(PoolResult(stratum.code, stratum.quota, taken))
    everybody = heapq.merge(*shards)
    seats = rules.quota - sum(pool.selected for pool in pools)
    pools.append(PoolResult(GENERAL, seats, walk.fill(everybody, seats, Result.SELECTED, GENERAL)))
    reserves = walk.fill(everybody, rules.reserves, Result.RESERVE, None)
    return Selection(walk.decided, tuple(pools), reserves, walk.family_capped, walk.selected_of)


def outcome_of(row: RosterRow, selection: Selection) -> Outcome:
    """Return how the draw ended for ``row``: exactly one outcome for every row of the roster."""
    if row.reason is not None:
        return Outcome(Result.NOT_SELECTED, reason=INELIGIBLE + row.reason)
    if not row.competes:
        return _FAMILY_IS_FULL
    return selection.decided.get(id_bytes(row.application_id), _QUOTA_IS_REACHED)


_FAMILY_IS_FULL = Outcome(Result.NOT_SELECTED, reason=FAMILY_CAP)
_QUOTA_IS_REACHED = Outcome(Result.NOT_SELECTED, reason=QUOTA_REACHED)


def _members(shard: Iterable[bytes], stratum: int) -> Iterator[bytes]:
    return (candidate for candidate in shard if candidate[-1] == stratum)


class _Walk:
    """The books of one selection: who is decided, and how many seats each family has taken."""

    def __init__(self) -> None:
        self.decided: dict[bytes, Outcome] = {}
        self.selected_of: Counter[int] = Counter()
        self.family_capped = 0
        self._taken: dict[bytes, int] = {}
        self._left: dict[bytes, int] = {}

    def fill(self, ordered: Iterator[bytes], places: int, result: Result, pool: str | None) -> int:
        """Hand out up to ``places`` and return how many were taken; stops reading at the last one."""
        rank = 0
        while rank < places and (candidate := next(ordered, None)) is not None:
            _, application, family, seats_left, stratum = _CANDIDATE.unpack(candidate)
            if application in self.decided:
                continue
            if self._left.setdefault(family, seats_left) != seats_left:
                raise BrokenRoster(f"members of family {family.hex()} disagree on its seats left")
            taken = self._taken.get(family, 0)
            if taken == seats_left:
                self.decided[application] = _FAMILY_IS_FULL
                self.family_capped += 1
                continue
            rank += 1
            self._taken[family] = taken + 1
            self.decided[application] = Outcome(result, pool, rank)
            if result is Result.SELECTED:
                self.selected_of[stratum] += 1
        return rank
