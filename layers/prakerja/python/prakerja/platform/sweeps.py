"""How far a large nightly sweep is: one row for each shard of a day, written in the transaction of every page.

A page is worked on and counted in one transaction, or not at all; so a worker that died goes on where it stood, two that
run at once do nothing twice, and the sums are those of what was done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from boto3.dynamodb.conditions import Attr

from prakerja.platform.access_patterns import SWEEP
from prakerja.platform.parts import Part, put, put_new
from prakerja.platform.problems import Conflict, Reaction
from prakerja.platform.records import item_of, record_of
from prakerja.platform.table import Table


class SweepMoved(Conflict):
    """Another worker is at this shard and ahead: leave it to that one."""

    slug, reaction = "sweep-moved", Reaction.DUPLICATE


@dataclass(frozen=True)
class Sweep:
    """One shard of one kind of sweep on one day (WIB). ``version`` 0: not begun."""

    kind: str
    day: date
    shard: str
    after: str | None = None
    """Where its last page ended."""
    done: bool = False
    found: int = 0
    """Entries that were looked at."""
    sums: Mapping[str, int] = field(default_factory=dict)
    """What was done to how many; rupiah where the name says so."""
    version: int = 0

    def over(self, after: str | None, found: int, sums: Mapping[str, int]) -> Sweep:
        """After a further page, which ended at ``after`` (None: it was the last one)."""
        added = Counter(self.sums)
        added.update(sums)
        done = after is None
        return replace(
            self, after=after, done=done, found=self.found + found, sums=dict(added), version=self.version + 1
        )


def load_sweep(table: Table, kind: str, day: date, shard: str) -> Sweep:
    """As far as it is."""
    item = table.get(SWEEP, kind=kind, day=day.isoformat(), shard=shard)
    return record_of(Sweep, item) if item else Sweep(kind, day, shard)


def sweeps_of(table: Table, kind: str, day: date | None = None, *, limit: int = 1000) -> list[Sweep]:
    """The shards of a day, or the latest rows of a kind, latest first."""
    parts = {"kind": kind} if day is None else {"kind": kind, "day": day.isoformat()}
    return [record_of(Sweep, item) for item in table.query(SWEEP, limit=limit, descending=True, **parts).items]  # type: ignore[arg-type]


def swept(before: Sweep, after: Sweep) -> Part:
    """The page is over, if nobody else did it. Error: SweepMoved."""
    key = {"kind": after.kind, "day": after.day.isoformat(), "shard": after.shard}
    if before.version == 0:
        return put_new(SWEEP, item_of(after), error=SweepMoved(), **key)
    return put(SWEEP, item_of(after), when=Attr("version").eq(before.version), error=SweepMoved(), **key)
