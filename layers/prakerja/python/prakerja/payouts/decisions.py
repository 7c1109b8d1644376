"""What an answer proves about an attempt, and what follows. Pure; the rules R1-R10 and classes of the payment standard.

Only an answer that proves something ends an attempt; everything else is UNKNOWN and is asked about again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum

from prakerja.payouts.answers import InquiryAnswer, Outcome, ProviderRules, Reason, TransferAnswer, TransferStatus
from prakerja.payouts.errors import VerdictNotPossible, VerdictTooEarly
from prakerja.payouts.model import LEASE, Attempt, Payout, PayoutState
from prakerja.payouts.reasons import NOT_EXECUTED
from prakerja.platform.clock import wib

RESEND_SECONDS = (30, 120, 600, 1800)
"""Pauses before sending the same reference again after "not carried out"."""
LONG_PAUSES = {("403", "04"): 2 * 3600, ("403", "06"): 3600, ("403", "23"): 24 * 3600}
"""The same where the refusal says when it will end: counts per some hours, a cut-off, a limit per day or month."""
STOPPED_SECONDS = 900
"""Pause after an answer that blames our own set-up or funds."""
OURS = frozenset({Outcome.BUG, Outcome.STOP})
"""Refusals that blame our request, our set-up or our funds; no member is told that they failed."""
MORNING = time(8, 0)
"""WIB: an outcome still unknown on the next day at this time is a person's business, too."""
SLOWLY = 6 * 3600
"""Seconds between inquiries from then on."""
DOUBTED_SECONDS = (900, 3600, 6 * 3600, 24 * 3600)
"""When a paid payout is asked about again, from when its provider said that it came back; then people decide."""


WAITING = frozenset({PayoutState.RESEND, PayoutState.HELD, PayoutState.PARKED})
"""What is not sent, and not ended: to be sent again, or people's business."""
UNCLEAR = frozenset({TransferStatus.PENDING, TransferStatus.UNPROVEN})
UNCLEAR_SECONDS = 60
"""Until the next question about what was to be sent again."""


class Verdict(StrEnum):
    """How an attempt ended, as people found out where no inquiry could."""

    ABSENT = "ABSENT"
    """Reconciliation proves that the provider never carried it out."""
    PAID = "PAID"
    RETURNED = "RETURNED"


DECIDABLE = {
    Verdict.ABSENT: frozenset({PayoutState.UNKNOWN, PayoutState.HELD, PayoutState.PARKED, PayoutState.RESEND}),
    Verdict.PAID: frozenset({PayoutState.HELD, PayoutState.PARKED}),
    Verdict.RETURNED: frozenset({PayoutState.HELD, PayoutState.PARKED, PayoutState.PAID}),
}
"""All that people may decide: there is no other way past an inquiry."""


@dataclass(frozen=True)
class Next:
    """What an answer leads to. ``wait`` seconds until the next step, if there is one by machine."""

    state: PayoutState
    attempt: Attempt
    wait: int | None = None
    reason: str | None = None
    provider_reference: str | None = None


def decide_sending(attempt: Attempt, answer: TransferAnswer, rules: ProviderRules, now: datetime) -> Next:
    """What the answer to a sending proves.

    Once a sending of this reference was ambiguous, "not carried out" speaks of the last copy only: inquire.
    """
    if answer.outcome is Outcome.OK:
        return _paid(attempt, answer)
    first_wait = _until_inquiry(attempt, rules, now)
    if answer.outcome in (Outcome.PEND, Outcome.AMB) or attempt.ambiguous:
        return Next(PayoutState.UNKNOWN, became_unknown(attempt, now), first_wait)
    if answer.outcome is Outcome.FAIL or answer.must_confirm:
        refusal = f"FAIL:{answer.reason}" if answer.outcome is Outcome.FAIL else str(answer.outcome)
        told = replace(attempt, refusal=refusal, unknown_since=attempt.unknown_since or now)
        return Next(PayoutState.UNKNOWN, told, first_wait)
    if answer.outcome is Outcome.BUG:
        return Next(PayoutState.PARKED, attempt)
    pause = STOPPED_SECONDS if answer.outcome is Outcome.STOP else _resend_pause(attempt, answer.code)
    return Next(PayoutState.RESEND, attempt, pause, str(answer.reason) if answer.reason else None)


def decide_inquiry(attempt: Attempt, answer: InquiryAnswer, rules: ProviderRules, now: datetime) -> Next:
    """What an inquiry proves about an attempt whose outcome is unknown."""
    asked = replace(attempt, inquiries=attempt.inquiries + 1)
    status = answer.status
    if status is TransferStatus.PAID:
        return _paid(asked, answer)
    if status is TransferStatus.RETURNED:
        return _ended(PayoutState.RETURNED, asked, reason=_slug(answer, attempt))
    if status is TransferStatus.FAILED:
        return _failed(asked, answer)
    if status is TransferStatus.MISMATCH:
        return Next(PayoutState.HELD, asked)
    if status is TransferStatus.NOT_FOUND and _means_something(asked, rules, now):
        return _not_found(asked, rules, now)
    if status is TransferStatus.NOT_FOUND:
        return _wait(asked, rules, now)
    return _wait(replace(asked, not_found=0, not_found_since=None), rules, now)


def decide_news(state: PayoutState, attempt: Attempt, answer: InquiryAnswer, now: datetime) -> Next | None:
    """What an inquiry changes about what is paid, waits to be sent again, or waits for people. A terminal result is only
    overwritten by 00 -> 04, everything else that comes late is logged.

    What waits may turn out paid. What is not clear any more is not sent again. One that its provider said came back is
    asked about for a day even if the answer is "paid": that may be the old one.
    """
    asked = replace(attempt, inquiries=attempt.inquiries + 1)
    if answer.status is TransferStatus.RETURNED:
        return _ended(PayoutState.RETURNED, asked, reason=_slug(answer, attempt))
    if answer.status is TransferStatus.PAID and state in WAITING:
        return _paid(asked, answer)
    if answer.status is TransferStatus.MISMATCH and state in (PayoutState.RESEND, PayoutState.PARKED):
        return Next(PayoutState.HELD, asked)
    if answer.status in UNCLEAR and state is PayoutState.RESEND:
        return Next(PayoutState.UNKNOWN, became_unknown(asked, now), UNCLEAR_SECONDS)
    if state is PayoutState.PAID and attempt.doubted_since is not None:
        passed = (now - attempt.doubted_since).total_seconds()
        return Next(state, asked, next((int(after - passed) for after in DOUBTED_SECONDS if after > passed), None))
    return None


def decide_verdict(payout: Payout, attempt: Attempt, verdict: Verdict, now: datetime) -> Next:
    """What follows when two operators say, with evidence, how an attempt ended.

    ABSENT needs a statement of the provider that could have shown it: those of the day of the last sending are there
    from the next morning on; but where every sending was plainly refused, nothing else can be so. What is PAID is
    RETURNED only where the provider itself has said so, to a machine.
    Raises VerdictNotPossible, VerdictTooEarly.
    """
    undoubted = payout.state is PayoutState.PAID and attempt.doubted_since is None
    if payout.state not in DECIDABLE[verdict] or undoubted:
        raise VerdictNotPossible(verdict=str(verdict), state=str(payout.state))
    if verdict is Verdict.PAID:
        return _ended(PayoutState.PAID, attempt)
    if verdict is Verdict.RETURNED:
        return _ended(PayoutState.RETURNED, attempt, reason=str(Reason.REFUSED))
    refused = payout.state is PayoutState.RESEND and not attempt.ambiguous
    if now < (earliest := overdue_at(attempt.sent_at)) and not refused:
        raise VerdictTooEarly(earliest=f"{earliest:%Y-%m-%d %H:%M} WIB")
    return _ended(PayoutState.FAILED, attempt, reason=NOT_EXECUTED)


def decide_stop(attempt: Attempt, reason: str) -> Next:
    """What waits to be sent again and may not be paid any more: plainly refused each time it is proven unpaid, and ends;
    else people decide."""
    if attempt.ambiguous:
        return Next(PayoutState.HELD, attempt)
    return _ended(PayoutState.FAILED, attempt, reason=reason)


def is_disproved(attempt: Attempt, answer: InquiryAnswer, rules: ProviderRules, now: datetime) -> bool:
    """Whether an inquiry shows that an attempt that we hold unpaid is unpaid, whatever else its provider has said."""
    if answer.status is TransferStatus.NOT_FOUND:
        return _means_something(attempt, rules, now)
    return answer.status in (TransferStatus.FAILED, TransferStatus.RETURNED)


def became_unknown(attempt: Attempt, now: datetime) -> Attempt:
    """From now on only an inquiry decides about this reference."""
    return replace(
        attempt,
        ambiguous=True,
        refusal=None,
        not_found=0,
        not_found_since=None,
        unknown_since=attempt.unknown_since or now,
    )


def is_abandoned(attempt: Attempt, now: datetime) -> bool:
    """Whether the worker that was sending it must have died."""
    return now - attempt.sent_at >= LEASE


def is_too_old(attempt: Attempt, rules: ProviderRules, now: datetime) -> bool:
    """Whether the provider may have forgotten the reference: never sent again, and not asked about by machine."""
    return now - attempt.prepared_at >= timedelta(days=rules.resend_days)


def overdue_at(since: datetime) -> datetime:
    """When an unknown outcome becomes a person's business: the next day, 08:00 WIB."""
    next_day = wib(since).date() + timedelta(days=1)
    return datetime.combine(next_day, MORNING, tzinfo=wib(since).tzinfo)


def suspects_fraud(code: str) -> bool:
    """403xx03: refused for good, and somebody should look at it."""
    return _http_and_case(code) == ("403", "03")


def _ended(state: PayoutState, attempt: Attempt, *, reason: str | None = None) -> Next:
    return Next(state, replace(attempt, result=state), None, reason)


def _paid(attempt: Attempt, answer: TransferAnswer | InquiryAnswer) -> Next:
    """If the provider said before that it came back, this may be the answer from before that: ask again."""
    wait = None if attempt.doubted_since is None else DOUBTED_SECONDS[0]
    return Next(PayoutState.PAID, replace(attempt, result=PayoutState.PAID), wait, None, answer.provider_reference)


def _failed(asked: Attempt, answer: InquiryAnswer) -> Next:
    """05, 06: the reference is used up. Only a refusal that blames the account is the member's failure."""
    if asked.refusal == Outcome.BUG:
        return Next(PayoutState.PARKED, asked)
    if asked.refusal == Outcome.STOP:  # nobody's payout failed: another attempt, with a reference of its own
        return Next(PayoutState.QUEUED, replace(asked, result=PayoutState.FAILED), STOPPED_SECONDS)
    return _ended(PayoutState.FAILED, asked, reason=_slug(answer, asked))


def _means_something(asked: Attempt, rules: ProviderRules, now: datetime) -> bool:
    """Some providers know nothing at first, and nothing during their end of day."""
    return _since_sent(asked, now) >= rules.inquiry_wait and not _crosses_end_of_day(now, now, rules)


def _not_found(asked: Attempt, rules: ProviderRules, now: datetime) -> Next:
    """Not known *now*. With a refusal before, that agrees with it. Else only a streak over the settle window proves."""
    if asked.refusal is not None and not asked.ambiguous:
        if asked.refusal == Outcome.BUG:
            return Next(PayoutState.PARKED, asked)
        if asked.refusal == Outcome.STOP:
            return Next(PayoutState.RESEND, replace(asked, refusal=None), STOPPED_SECONDS)
        return _ended(PayoutState.FAILED, asked, reason=asked.refusal.removeprefix("FAIL:"))
    since, seen = asked.not_found_since or now, asked.not_found
    if _crosses_end_of_day(since, now, rules):
        since, seen = now, 0  # an answer from there proves nothing: the streak begins again
    counted = replace(asked, not_found=seen + 1, not_found_since=since)
    settled = timedelta(seconds=rules.settle_seconds)
    proven = counted.not_found >= rules.not_found_needed and now - counted.sent_at >= settled and now - since >= settled
    if not proven or is_too_old(counted, rules, now):
        return _wait(counted, rules, now)
    return Next(PayoutState.RESEND, replace(counted, ambiguous=True, not_found=0, not_found_since=None), 0)


def _wait(attempt: Attempt, rules: ProviderRules, now: datetime) -> Next:
    overdue = now >= overdue_at(attempt.unknown_since or attempt.sent_at)
    waiting = replace(attempt, overdue=attempt.overdue or overdue)
    if is_too_old(attempt, rules, now):
        return Next(PayoutState.HELD, waiting)
    slowly = SLOWLY if now >= overdue_at(attempt.sent_at) else 0
    return Next(PayoutState.UNKNOWN, waiting, max(slowly, _until_inquiry(attempt, rules, now)))


def _until_inquiry(attempt: Attempt, rules: ProviderRules, now: datetime) -> int:
    """The ladder begins anew with each sending; no sooner than the provider knows anything."""
    step = rules.wait_before_inquiry(attempt.inquiries - attempt.asked_before)
    return max(step, rules.inquiry_wait - _since_sent(attempt, now))


def _since_sent(attempt: Attempt, now: datetime) -> int:
    return int((now - attempt.sent_at).total_seconds())


def _resend_pause(attempt: Attempt, code: str) -> int:
    return LONG_PAUSES.get(_http_and_case(code), RESEND_SECONDS[min(attempt.sends - 1, len(RESEND_SECONDS) - 1)])


def _http_and_case(code: str) -> tuple[str, str]:
    return code[:3], code[5:7]


def _crosses_end_of_day(since: datetime, now: datetime, rules: ProviderRules) -> bool:
    """Whether any moment from ``since`` to ``now`` lies in the provider's end of day."""
    if rules.end_of_day is None or rules.end_of_day[0] == rules.end_of_day[1]:
        return False
    begin, end = rules.end_of_day
    start = wib(since)
    at = start.time()
    if begin <= at < end if begin < end else at >= begin or at < end:
        return True
    next_begin = datetime.combine(start.date(), begin, tzinfo=start.tzinfo)
    if next_begin < start:
        next_begin += timedelta(days=1)
    return next_begin <= wib(now)


def _slug(answer: InquiryAnswer, attempt: Attempt) -> str:
    kind, _, told = (attempt.refusal or "").partition(":")
    return told if kind == Outcome.FAIL else str(answer.reason or "PSP_REFUSED")
