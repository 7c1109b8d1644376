"""Reconciling a provider's day (WIB): our attempts against its settlement file or its statement.

Nothing is paid, failed or sent again from here. A difference becomes a finding, and where an inquiry can tell more,
one is asked for; what left the source account without an order of ours is booked into suspense. Doing it again with the
same two sides gives the same report, and nothing new. A worker that dies begins again: a day is minutes of reading.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from prakerja.payouts.messages import DayToReconcile
from prakerja.payouts.ports import PaymentProvider, StatementFiles
from prakerja.payouts.reconciling.report import Report, Source, is_late
from prakerja.payouts.reconciling.rows import Unreadable
from prakerja.payouts.reconciling.writing import ALL, DIFFERENCES
from prakerja.payouts.service.comparison import Comparison, compare_day
from prakerja.payouts.service.differences import book, messages_of, subject_of_day, urgent
from prakerja.payouts.service.statement_rows import StatementAbsent, last_day, rows_of, statement_rows
from prakerja.payouts.store.reconciliations import (
    KEPT_REPORTS,
    DayState,
    ReconciledDay,
    attempts_on,
    change_day,
    load_day,
    new_late_row,
    new_report,
    recent_days,
)
from prakerja.platform import Platform
from prakerja.platform.clock import end_of_wib_day, wib_date
from prakerja.platform.evidence import evidence
from prakerja.platform.findings import FindingKind, finding
from prakerja.platform.ids import derived
from prakerja.platform.observability import count, log
from prakerja.platform.outbox import Message

LOOK_BACK_DAYS = 31
GAP_DAYS = 7
"""So many missed days are made good for by the next round."""
AT_ONCE = 40
GLANCE = timedelta(hours=2)
"""How far back an hourly look at today goes: further than the last one, if that one failed."""


def begin_round(p: Platform, providers: Mapping[str, PaymentProvider], *, daily: bool) -> list[DayToReconcile]:
    """Announce the days that are to be compared. ``daily``: also yesterday, and all that is still open. Where a stage
    compares today as well, each daily round does so once more.

    Hourly, only days are looked at whose statement was missing or about which something was learnt, and today for what
    cannot wait (``glance``).
    """
    latest, today = last_day(p), wib_date(p.clock.wall())
    wanted = []
    for provider in sorted(providers):
        # load
        known = {day.day: day.state for day in recent_days(p.table, provider, LOOK_BACK_DAYS)}
        # decide
        states = {DayState.WAITING, DayState.AGAIN, *((DayState.OPEN,) if daily else ())}
        oldest = latest - timedelta(days=LOOK_BACK_DAYS)
        days = {day for day, state in known.items() if state in states and day >= oldest}
        if daily:
            missed = (latest - timedelta(days=n) for n in range(GAP_DAYS if known else 1))
            days |= {day for day in missed if day not in known and day >= min(known, default=latest)}
        if daily == (latest == today):  # where today is compared like any day, daily; else hourly, at a glance
            days.add(today)
        wanted += [DayToReconcile(provider=provider, day=day) for day in sorted(days)]
    # announce
    for start in range(0, len(wanted), AT_ONCE):
        p.table.commit(outbox=wanted[start : start + AT_ONCE])
    return wanted


def reconcile_day(
    p: Platform, providers: Mapping[str, PaymentProvider], files: StatementFiles, *, provider: str, day: date
) -> Report | None:
    """Compare one day; answers the report, or None while there is nothing to compare with. Raises DayMoved."""
    # load
    if day > last_day(p):
        if day == wib_date(p.clock.wall()):
            glance(p, providers, provider=provider)
        return None
    state = load_day(p.table, provider, day)
    with TemporaryDirectory() as folder:
        try:
            found = compare_day(p, state, rows_of(p, providers, files, state), Path(folder))
        except StatementAbsent:
            _absent(p, state)
            return None
        except Unreadable as problem:
            _unreadable(p, state, str(problem))
            return None
        # decide
        report = _report(p, state, found)
        if report.report_id in state.reports:
            return _same(p, state, report)
        # commit, announce
        for path, name in ((found.files.rows, ALL), (found.files.differences, DIFFERENCES)):
            files.keep(f"reports/{report.report_id}/{name}", path)
    _send_to_their_days(p, provider, found)
    book(p, report, found)
    _tell(p, state, report, found)
    return report


def glance(p: Platform, providers: Mapping[str, PaymentProvider], *, provider: str) -> list[Message]:
    """Look at what the provider's statement says of the last hours, while the day is still open; answers what was told.

    Nothing is booked and no report is made: the day's own comparison does that. Told is only what no later row can make
    right; where theirs knows the end of what we do not, it is asked. No statement to be had: nothing.
    """
    # load
    now = p.clock.wall()
    day = wib_date(now)
    begin = max(end_of_wib_day(day) - timedelta(days=1), now.replace(minute=0, second=0, microsecond=0) - GLANCE)
    if provider not in providers:
        return []
    with TemporaryDirectory() as folder:
        try:
            rows = statement_rows(p, providers[provider], begin, now)
            found = compare_day(p, ReconciledDay(provider, day), rows, Path(folder))
        except (StatementAbsent, Unreadable):
            return []
    # decide, announce
    messages = urgent(provider, day, found)
    for start in range(0, len(messages), AT_ONCE):
        p.table.commit(outbox=messages[start : start + AT_ONCE])
    return messages


def _report(p: Platform, state: ReconciledDay, found: Comparison) -> Report:
    tally = found.tally
    tie_out = {name: value for name, value in vars(tally.tie_out).items() if value is not None}
    if tally.tie_out.difference is not None:
        tie_out["difference"] = tally.tie_out.difference
    report_id = derived("reconciliation", state.provider, state.day.isoformat(), found.files.digest)
    return Report(
        report_id=report_id,
        provider=state.provider,
        day=state.day,
        source=Source.FILE if state.file_id else Source.STATEMENT,
        source_id=state.file_id or "",
        made_at=p.clock.wall(),
        attempts=tally.attempts,
        rows=tally.rows,
        buckets=tally.buckets(),
        tie_out=tie_out,
        digest=found.files.digest,
    )


def _send_to_their_days(p: Platform, provider: str, found: Comparison) -> None:
    """Rows about attempts of other days: each is kept for its own day, which is compared again."""
    for day, rows in sorted(found.other_days.items()):
        for part in dict(new_late_row(provider, day, row) for row in rows).values():
            p.table.commit(part)
        p.table.commit(outbox=[DayToReconcile(provider=provider, day=day)])


def _tell(p: Platform, state: ReconciledDay, report: Report, found: Comparison) -> None:
    """Findings first, the report last: a report that is there has told everybody."""
    messages = messages_of(report, found)
    for start in range(0, len(messages), AT_ONCE):
        p.table.commit(outbox=messages[start : start + AT_ONCE])
    changed = change_day(
        state,
        state=DayState.OPEN if report.open else DayState.DONE,
        reports=(*state.reports, report.report_id)[-KEPT_REPORTS:],
    )
    facts = {"source": str(report.source), "rows": report.rows, "attempts": report.attempts}
    p.table.commit(
        new_report(report),
        changed,
        evidence(
            report.report_id,
            "RECONCILED",
            p.clock.wall(),
            provider=report.provider,
            day=report.day.isoformat(),
            digest=report.digest,
            differences=report.differences,
            **facts,
        ),
    )
    count("ReconciliationDifferences", report.differences)
    log.info("day reconciled", provider=report.provider, day=report.day.isoformat(), differences=report.differences)


def _same(p: Platform, state: ReconciledDay, report: Report) -> Report:
    """The outcome is one that was told before: nothing but the day's state may need to move."""
    settled = DayState.OPEN if report.open else DayState.DONE
    if state.state is not settled:
        p.table.commit(change_day(state, state=settled))
    return report


def _absent(p: Platform, state: ReconciledDay) -> None:
    """No statement: if there is something to compare, wait for it, and tell people once it is late."""
    if state.version == 0 and next(attempts_on(p.table, state.provider, state.day), None) is None:
        p.table.commit(change_day(state, state=DayState.DONE))
        return
    late = is_late(state.day, p.clock.wall())
    missing = finding(
        FindingKind.STATEMENT_MISSING, subject_of_day(state), provider=state.provider, day=state.day.isoformat()
    )
    if late:
        count("StatementMissing")
    changed = () if state.state is DayState.WAITING and state.version else (change_day(state, state=DayState.WAITING),)
    if changed or late:
        p.table.commit(*changed, outbox=[missing] if late else [])


def _unreadable(p: Platform, state: ReconciledDay, problem: str) -> None:
    """The file as a whole is no settlement file of that day: an operator has to hand in another one."""
    count("StatementMissing")
    log.warning("settlement file refused", provider=state.provider, day=state.day.isoformat(), problem=problem)
    told = finding(FindingKind.STATEMENT_UNREADABLE, subject_of_day(state), file_id=state.file_id, problem=problem)
    p.table.commit(change_day(state, state=DayState.WAITING, file_id=None), outbox=[told])
