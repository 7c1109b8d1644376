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

from prakerja.balance import PayoutMove
from prakerja.payouts.errors import BookedOtherwise
from prakerja.payouts.messages import DayToReconcile, PayoutToldOf
from prakerja.payouts.ports import PaymentProvider, StatementFiles
from prakerja.payouts.reconciling.comparing import Bucket, Verdict
from prakerja.payouts.reconciling.report import Report, Source, is_late
from prakerja.payouts.reconciling.rows import Unreadable
from prakerja.payouts.reconciling.writing import ALL, DIFFERENCES
from prakerja.payouts.service.comparison import Comparison, compare_day
from prakerja.payouts.service.statement_rows import StatementAbsent, last_day, rows_of
from prakerja.payouts.store.reconciliations import (
    KEPT_REPORTS,
    DayState,
    ReconciledDay,
    attempts_on,
    booked_once,
    change_day,
    is_booked,
    load_day,
    new_late_row,
    new_report,
    recent_days,
)
from prakerja.platform import Platform
from prakerja.platform.clock import wib_date
from prakerja.platform.evidence import evidence
from prakerja.platform.findings import CaseNeeded, FindingKind, finding
from prakerja.platform.ids import derived
from prakerja.platform.observability import count, log
from prakerja.platform.outbox import Message

LOOK_BACK_DAYS = 31
GAP_DAYS = 7
"""So many missed days are made good for by the next round."""
CASES_AT_MOST = 1_000
"""Of one bucket in one report. A file with more is wrong as a whole: one case for all, and nothing is booked from it."""
AT_ONCE = 40
INQUIRED = frozenset({Bucket.OURS_NOT_THEIRS, Bucket.RETURNED_LATER, Bucket.STILL_UNKNOWN, Bucket.AMOUNT_DIFFERS})
KINDS = {
    Bucket.STILL_UNKNOWN: FindingKind.PAYOUT_OVERDUE,
    Bucket.OURS_NOT_THEIRS: FindingKind.OURS_NOT_THEIRS,
    Bucket.THEIRS_NOT_OURS: FindingKind.THEIRS_NOT_OURS,
    Bucket.AMOUNT_DIFFERS: FindingKind.AMOUNT_DIFFERS,
    Bucket.TWICE_AT_THEIRS: FindingKind.TWICE_AT_THEIRS,
    Bucket.RETURNED_LATER: FindingKind.RETURNED_LATER,
}


def begin_round(p: Platform, providers: Mapping[str, PaymentProvider], *, daily: bool) -> list[DayToReconcile]:
    """Announce the days that are to be compared. ``daily``: also yesterday, and all that is still open. Where a stage
    compares today as well, each daily round does so once more.

    Hourly, only days are looked at whose statement was missing or about which something was learnt.
    """
    latest = last_day(p)
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
            if latest == wib_date(p.clock.wall()):
                days.add(latest)
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
    _book(p, report, found)
    _tell(p, state, report, found)
    return report


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


def _book(p: Platform, report: Report, found: Comparison) -> None:
    """Fees, and money that left without an order of ours; each once, whatever is repeated."""
    at, provider, day = p.clock.programme(), report.provider, report.day
    if len(found.loose) <= CASES_AT_MOST:
        for row in found.loose:
            p.table.commit(*booked_once(PayoutMove.SUSPEND, provider, day, row.identity, row.amount, at))
    for row in found.undone:
        if is_booked(p.table, PayoutMove.SUSPEND, provider, day, row.identity):
            p.table.commit(*booked_once(PayoutMove.UNSUSPEND, provider, day, row.identity, row.amount, at))
    if fees := found.tally.tie_out.fees:
        try:
            p.table.commit(*booked_once(PayoutMove.FEE, provider, day, "fees", fees, at))
        except BookedOtherwise:  # a corrected file: what was booked stays until a person decides
            p.table.commit(outbox=[finding(FindingKind.TIE_OUT_DIFFERS, _subject(report), fees=fees)])


def _tell(p: Platform, state: ReconciledDay, report: Report, found: Comparison) -> None:
    """Findings first, the report last: a report that is there has told everybody."""
    messages: list[Message] = []
    for bucket, verdicts in found.kept.items():
        total = report.verdicts(bucket)
        if total > CASES_AT_MOST:
            messages.append(finding(KINDS[bucket], report.report_id, None, provider=report.provider, rows=total))
            continue
        for verdict in verdicts:
            messages.append(_finding(report, verdict))
            if bucket in INQUIRED and verdict.ours is not None:
                messages.append(PayoutToldOf(payout_id=verdict.ours.payout_id))
    if unreadable := report.verdicts(Bucket.UNREADABLE):
        messages.append(
            finding(
                FindingKind.STATEMENT_UNREADABLE,
                _subject(report),
                report_id=report.report_id,
                rows=unreadable,
            )
        )
    if difference := report.tie_out.get("difference"):
        messages.append(
            finding(FindingKind.TIE_OUT_DIFFERS, _subject(report), difference=difference, digest=report.digest)
        )
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


def _subject(about: Report | ReconciledDay) -> str:
    return f"{about.provider}:{about.day.isoformat()}"


def _finding(report: Report, verdict: Verdict) -> CaseNeeded:
    ours, row = verdict.ours, verdict.row
    return finding(
        KINDS[verdict.bucket],
        row.identity if row and (verdict.loose or ours is None) else ours.payout_id if ours else "",
        ours.person_id if ours else None,
        provider=report.provider,
        day=report.day.isoformat(),
        reference=verdict.reference or None,
        payout_id=ours.payout_id if ours else None,
        attempt=ours.number if ours else None,
        our_state=str(ours.standing) if ours else None,
        our_amount=ours.amount if ours else None,
        their_reference=row.transaction_id or None if row else None,
        their_type=str(row.kind) if row else None,
        their_amount=row.amount if row else None,
        note=verdict.note or None,
    )


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
        FindingKind.STATEMENT_MISSING, _subject(state), provider=state.provider, day=state.day.isoformat()
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
    told = finding(FindingKind.STATEMENT_UNREADABLE, _subject(state), file_id=state.file_id, problem=problem)
    p.table.commit(change_day(state, state=DayState.WAITING, file_id=None), outbox=[told])
