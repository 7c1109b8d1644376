"""Handing in a settlement file: an operator announces its digest, puts it straight into the bucket, and says so.

A request body is limited to 256 KB and a file is megabytes, so the bytes go by a signed address that takes exactly the
announced bytes. A known operator stands behind every file, which an event of the bucket could not say. The same file is
one file, however often it is handed in.
"""

from __future__ import annotations

from datetime import date

from prakerja.payouts.errors import DayNotOverYet, UnknownProvider
from prakerja.payouts.messages import DayToReconcile
from prakerja.payouts.model import PROVIDERS
from prakerja.payouts.ports import StatementFiles, Upload
from prakerja.payouts.service.statement_rows import last_day
from prakerja.payouts.store.reconciliations import (
    DayState,
    SettlementFile,
    change_day,
    load_day,
    load_file,
    new_file,
)
from prakerja.platform import Platform
from prakerja.platform.evidence import evidence
from prakerja.platform.ids import derived


def announce_file(
    p: Platform, files: StatementFiles, *, operator: str, provider: str, day: date, sha256: str, size: int
) -> tuple[SettlementFile, Upload]:
    """Where to put a file of ``size`` bytes. Repeating it is safe. Raises UnknownProvider, DayNotOverYet."""
    # decide
    now = p.clock.wall()
    if provider not in PROVIDERS:
        raise UnknownProvider(providers=", ".join(sorted(PROVIDERS)))
    if day > last_day(p):
        raise DayNotOverYet
    file_id = derived("settlement", provider, day.isoformat(), sha256)
    file = SettlementFile(file_id, provider, day, sha256, size, operator, now)
    # commit
    outcome = p.table.commit(
        new_file(file), evidence(file_id, "SETTLEMENT_ANNOUNCED", now, by=operator, provider=provider, sha256=sha256)
    )
    if outcome.repeated:
        file = load_file(p.table, file_id)
    return file, files.upload(file.name, file.sha256, file.size)


def file_received(p: Platform, *, operator: str, file_id: str) -> SettlementFile:
    """The file is in its place: from now on it is the day's. Repeating it is safe. Raises NotFound, DayMoved."""
    # load
    file = load_file(p.table, file_id)
    state = load_day(p.table, file.provider, file.day)
    if state.file_id == file_id:
        return file
    # commit, announce
    p.table.commit(
        change_day(state, state=DayState.AGAIN, file_id=file_id),
        evidence(file_id, "SETTLEMENT_RECEIVED", p.clock.wall(), by=operator),
        outbox=[DayToReconcile(provider=file.provider, day=file.day)],
    )
    return file
