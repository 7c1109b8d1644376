"""What a comparison's differences lead to: findings, inquiries, and bookings that are made once.

A bucket with many differences is one case with their number, sum and report: thousands of cases help nobody, and the
report's file has every row. Its money without an order of ours is suspended as one sum then.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date

from prakerja.balance import PayoutMove
from prakerja.payouts.errors import BookedOtherwise, PayoutMoved
from prakerja.payouts.messages import PayoutSaidReturned, PayoutToldOf
from prakerja.payouts.model import IN_FLIGHT
from prakerja.payouts.reconciling.comparing import Bucket, Ours, Verdict
from prakerja.payouts.reconciling.report import Report
from prakerja.payouts.reconciling.rows import is_nameless_return
from prakerja.payouts.service.comparison import Comparison
from prakerja.payouts.store import contradict, load_payout
from prakerja.payouts.store.reconciliations import (
    ReconciledDay,
    booked_amount,
    booked_once,
    suspense_ended,
)
from prakerja.platform import Platform
from prakerja.platform.findings import CaseNeeded, FindingKind, finding
from prakerja.platform.outbox import Message
from prakerja.platform.parts import Part

INQUIRED = frozenset({Bucket.OURS_NOT_THEIRS, Bucket.RETURNED_LATER, Bucket.STILL_UNKNOWN, Bucket.AMOUNT_DIFFERS})
KINDS = {
    Bucket.STILL_UNKNOWN: FindingKind.PAYOUT_OVERDUE,
    Bucket.OURS_NOT_THEIRS: FindingKind.OURS_NOT_THEIRS,
    Bucket.THEIRS_NOT_OURS: FindingKind.THEIRS_NOT_OURS,
    Bucket.AMOUNT_DIFFERS: FindingKind.AMOUNT_DIFFERS,
    Bucket.TWICE_AT_THEIRS: FindingKind.TWICE_AT_THEIRS,
    Bucket.RETURNED_LATER: FindingKind.RETURNED_LATER,
}
LOOSE = (Bucket.THEIRS_NOT_OURS, Bucket.TWICE_AT_THEIRS, Bucket.AMOUNT_DIFFERS)
"""Where money may have left without an order of ours."""
URGENT = frozenset({*LOOSE, Bucket.RETURNED_LATER})
"""What no later row makes right."""


def subject_of_day(about: Report | ReconciledDay) -> str:
    """What a case about a whole day is about."""
    return f"{about.provider}:{about.day.isoformat()}"


def subject_of_crowd(about: Report | ReconciledDay, bucket: Bucket) -> str:
    """What a case about all differences of a kind is about."""
    return f"{subject_of_day(about)}:{bucket}"


def book(p: Platform, report: Report, found: Comparison) -> None:
    """Fees, and money that left without an order of ours; each once, whatever is repeated."""
    for bucket in LOOSE:
        if found.is_crowded(bucket):
            _book_or_tell(p, report, PayoutMove.SUSPEND, subject_of_crowd(report, bucket), found.loose[bucket])
            continue
        for verdict in found.kept[bucket]:
            if verdict.loose and verdict.row is not None:
                _suspend(p, report, verdict.row.identity, verdict.row.amount)
                if bucket is Bucket.THEIRS_NOT_OURS and verdict.ours is not None:
                    _contradict(p, verdict.ours)
        _not_any_more(p, report, subject_of_crowd(report, bucket))
    for row in found.undone:
        _not_any_more(p, report, row.identity)
    _book_or_tell(p, report, PayoutMove.FEE, "fees", found.tally.tie_out.fees)


def messages_of(report: Report, found: Comparison) -> list[Message]:
    """Everything that somebody must hear of, or that an inquiry may clear up."""
    messages: list[Message] = []
    for bucket, verdicts in found.kept.items():
        if found.is_crowded(bucket):
            messages.append(_crowd(report, found, bucket))
            continue
        for verdict in verdicts:
            messages.append(finding_of(report.provider, report.day, verdict, booked=True))
            if bucket in INQUIRED and verdict.ours is not None:
                messages.append(_ask(verdict.ours, bucket))
    if unreadable := report.verdicts(Bucket.UNREADABLE):
        subject, facts = subject_of_day(report), {"rows": unreadable}
        messages.append(finding(FindingKind.STATEMENT_UNREADABLE, subject, None, report_id=report.report_id, **facts))
    if difference := report.tie_out.get("difference"):
        subject, facts = subject_of_day(report), {"difference": difference}
        messages.append(finding(FindingKind.TIE_OUT_DIFFERS, subject, None, digest=report.digest, **facts))
    return messages


def urgent(provider: str, day: date, found: Comparison) -> list[Message]:
    """What must be heard of before the day is over, and whom to ask about: theirs knows the end of what we do not."""
    messages: list[Message] = []
    for bucket, verdicts in found.kept.items():
        for verdict in verdicts:
            # whose return it is that names no reference, the rows of the whole day may tell
            if bucket in URGENT and not (verdict.row and is_nameless_return(verdict.row)):
                messages.append(finding_of(provider, day, verdict))
            if bucket in INQUIRED and verdict.row is not None and verdict.ours is not None:
                messages.append(_ask(verdict.ours, bucket))
    return messages


def finding_of(provider: str, day: date, verdict: Verdict, *, booked: bool = False) -> CaseNeeded:
    """One difference for a person. What lies in suspense goes by the name of its row, else by its payout's; that it was
    ``booked`` there is a finding of its own, so that a case that was resolved before opens again."""
    ours, row = verdict.ours, verdict.row
    return finding(
        KINDS[verdict.bucket],
        row.identity if row and (verdict.loose or ours is None) else ours.payout_id if ours else "",
        ours.person_id if ours else None,
        provider=provider,
        day=day.isoformat(),
        reference=verdict.reference or None,
        payout_id=ours.payout_id if ours else None,
        attempt=ours.number if ours else None,
        our_state=str(ours.standing) if ours else None,
        our_amount=ours.amount if ours else None,
        their_reference=row.transaction_id or None if row else None,
        their_type=str(row.kind) if row else None,
        their_amount=row.amount if row else None,
        suspended=row.amount if row and verdict.loose and booked else None,
        note=verdict.note or None,
    )


def _ask(ours: Ours, bucket: Bucket) -> Message:
    if bucket is Bucket.RETURNED_LATER:
        return PayoutSaidReturned(payout_id=ours.payout_id, attempt=ours.number)
    return PayoutToldOf(payout_id=ours.payout_id)


def _crowd(report: Report, found: Comparison, bucket: Bucket) -> CaseNeeded:
    told = report.buckets[bucket]
    rows, ours, paid, returned = (told[name] for name in ("count", "ours", "paid", "returned"))
    return finding(
        KINDS[bucket],
        subject_of_crowd(report, bucket),
        None,
        provider=report.provider,
        day=report.day.isoformat(),
        report_id=report.report_id,
        rows=rows,
        our_amount=ours,
        their_amount=paid,
        returned=returned,
        suspended=found.loose[bucket],
    )


def _contradict(p: Platform, ours: Ours) -> None:
    """It shows a payment of an attempt that we hold unpaid: no other one is sent before that is cleared up."""
    payout = load_payout(p.table, ours.payout_id)
    if payout.state not in IN_FLIGHT and payout.contradicted is None:
        with suppress(PayoutMoved):  # its provider is asked all the same, and its case is open
            p.table.commit(contradict(payout, ours.number))


def _suspend(p: Platform, report: Report, subject: str, amount: int) -> None:
    parts = booked_once(PayoutMove.SUSPEND, report.provider, report.day, subject, amount, p.clock.programme())
    p.table.commit(*parts)


def _not_any_more(p: Platform, report: Report, subject: str) -> None:
    """What was suspended came back, or was told one by one meanwhile. Was it accepted as a payment? Then a person looks."""
    amount = booked_amount(p.table, PayoutMove.SUSPEND, report.provider, report.day, subject)
    if amount is not None:
        at = p.clock.programme()
        _commit_or_tell(
            p,
            report,
            suspense_ended(PayoutMove.UNSUSPEND, report.provider, report.day, subject, amount, at),
            came_back=amount,
        )


def _book_or_tell(p: Platform, report: Report, move: PayoutMove, subject: str, amount: int) -> None:
    if amount:
        parts = booked_once(move, report.provider, report.day, subject, amount, p.clock.programme())
        _commit_or_tell(p, report, parts, **{"fees" if move is PayoutMove.FEE else "suspended": amount})


def _commit_or_tell(p: Platform, report: Report, parts: tuple[Part, ...], **facts: int) -> None:
    """A corrected file: what was booked before stays until a person decides."""
    try:
        p.table.commit(*parts)
    except BookedOtherwise:
        p.table.commit(outbox=[finding(FindingKind.TIE_OUT_DIFFERS, subject_of_day(report), None, **facts)])
