"""What answers prove, without a table or a provider: the rules of the payment standard, one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from infra.functions import FUNCTIONS
from prakerja.payouts.answers import (
    AccountKind,
    InquiryAnswer,
    Outcome,
    ProviderRules,
    Reason,
    TransferAnswer,
    TransferStatus,
)
from prakerja.payouts.decisions import (
    SLOWLY,
    STOPPED_SECONDS,
    Next,
    Verdict,
    decide_inquiry,
    decide_news,
    decide_sending,
    decide_verdict,
    overdue_at,
)
from prakerja.payouts.errors import VerdictNotPossible, VerdictTooEarly
from prakerja.payouts.model import LEASE, Attempt, Payout, PayoutState

NOON = datetime(2026, 1, 15, 5, 0, tzinfo=UTC)
RULES = ProviderRules(AccountKind.BANK, (5, 10, 20), 900, 3, 30, end_of_day=None)
ATTEMPT = Attempt("p", 1, "BNI", "17", "/", "REF", 600_000, b"", b"", "1", NOON, NOON)


def told(
    outcome: Outcome, code: str = "", *, must_confirm: bool = False, reason: Reason | None = None, **changes: object
) -> Next:
    answer = TransferAnswer(outcome, reason, must_confirm, code, "", None, ())
    return decide_sending(replace(ATTEMPT, **changes), answer, RULES, NOON)  # type: ignore[arg-type]


def asked(attempt: Attempt, status: TransferStatus, now: datetime = NOON, rules: ProviderRules = RULES) -> Next:
    return decide_inquiry(attempt, InquiryAnswer(status, None, "", "", None, ()), rules, now)


def lost(**changes: object) -> Attempt:
    return replace(ATTEMPT, ambiguous=True, unknown_since=NOON, **changes)  # type: ignore[arg-type]


def test_a_source_without_funds_is_asked_about_before_the_reference_is_used_again() -> None:
    refused = told(Outcome.STOP, must_confirm=True)
    assert refused.state is PayoutState.UNKNOWN
    again = asked(refused.attempt, TransferStatus.NOT_FOUND)
    assert (again.state, again.wait, again.attempt.refusal) == (PayoutState.RESEND, STOPPED_SECONDS, None)


def test_a_reference_burnt_by_our_empty_account_is_followed_by_another_attempt_and_nobody_fails() -> None:
    refused = told(Outcome.STOP, must_confirm=True)
    burnt = asked(refused.attempt, TransferStatus.FAILED)
    assert (burnt.state, burnt.reason, burnt.wait) == (PayoutState.QUEUED, None, STOPPED_SECONDS)
    assert burnt.attempt.result is PayoutState.FAILED  # proven: so the database lets attempt n+1 come into being


def test_our_own_wrong_request_is_parked_whatever_the_provider_made_of_it() -> None:
    refused = told(Outcome.BUG, must_confirm=True)
    burnt = asked(refused.attempt, TransferStatus.FAILED)
    assert (burnt.state, burnt.reason, burnt.wait) == (PayoutState.PARKED, None, None)
    assert told(Outcome.BUG).state is PayoutState.PARKED


@pytest.mark.parametrize("outcome", [Outcome.AMB, Outcome.PEND])
def test_r2_an_unclear_answer_ends_nothing(outcome: Outcome) -> None:
    following = told(outcome)
    assert (following.state, following.attempt.result, following.reason) == (PayoutState.UNKNOWN, None, None)
    assert (following.attempt.ambiguous, following.attempt.unknown_since) == (True, NOON)


@pytest.mark.parametrize("outcome", [Outcome.FAIL, Outcome.REJ, Outcome.STOP, Outcome.BUG])
def test_r2_after_an_unclear_sending_no_refusal_proves_anything(outcome: Outcome) -> None:
    following = told(outcome, ambiguous=True)
    assert (following.state, following.attempt.result) == (PayoutState.UNKNOWN, None)


def test_r3_the_ladder_is_climbed_and_begins_anew_with_each_sending() -> None:
    attempt, waits = lost(), []
    for _ in range(4):
        following = asked(attempt, TransferStatus.PENDING)
        waits.append(following.wait)
        attempt = following.attempt
    assert waits == [10, 20, 20, 20]
    again = replace(attempt, sends=2, asked_before=attempt.inquiries)
    assert decide_sending(again, TransferAnswer(Outcome.AMB, None, False, "", "", None, ()), RULES, NOON).wait == 5
    assert asked(again, TransferStatus.PENDING).wait == 10


def test_r3_no_inquiry_before_the_provider_can_know() -> None:
    rules = replace(RULES, inquiry_wait=600)
    first = decide_sending(ATTEMPT, TransferAnswer(Outcome.AMB, None, False, "", "", None, ()), rules, NOON)
    assert first.wait == 600
    refused = told(Outcome.FAIL, reason=Reason.ACCOUNT_INVALID).attempt
    early = asked(refused, TransferStatus.NOT_FOUND, NOON + timedelta(seconds=590), rules)
    assert (early.state, early.wait, early.attempt.not_found) == (PayoutState.UNKNOWN, 10, 0)
    late = asked(refused, TransferStatus.NOT_FOUND, NOON + timedelta(seconds=600), rules)
    assert (late.state, late.reason) == (PayoutState.FAILED, "PSP_ACCOUNT_INVALID")


def test_r4_an_inquiry_that_fails_proves_nothing_and_breaks_the_streak() -> None:
    attempt = lost(not_found=2, not_found_since=NOON - timedelta(hours=1), sent_at=NOON - timedelta(hours=1))
    following = asked(attempt, TransferStatus.UNPROVEN)
    assert (following.state, following.attempt.not_found, following.attempt.not_found_since) == ("UNKNOWN", 0, None)
    assert asked(following.attempt, TransferStatus.NOT_FOUND).state is PayoutState.UNKNOWN


def test_r5_counts_from_the_last_sending() -> None:
    attempt = lost(not_found=5, not_found_since=NOON - timedelta(hours=1), sent_at=NOON - timedelta(seconds=899))
    assert asked(attempt, TransferStatus.NOT_FOUND).state is PayoutState.UNKNOWN
    resent = asked(replace(attempt, sent_at=NOON - timedelta(seconds=900)), TransferStatus.NOT_FOUND)
    assert (resent.state, resent.attempt.reference) == (PayoutState.RESEND, ATTEMPT.reference)


def test_r6_a_final_refusal_needs_an_inquiry_that_agrees() -> None:
    refused = told(Outcome.FAIL, reason=Reason.ACCOUNT_INACTIVE)
    assert (refused.state, refused.attempt.result) == (PayoutState.UNKNOWN, None)
    for status in (TransferStatus.FAILED, TransferStatus.NOT_FOUND):
        proven = asked(refused.attempt, status)
        assert (proven.state, proven.attempt.result, proven.reason) == ("FAILED", "FAILED", "PSP_ACCOUNT_INACTIVE")
    assert asked(refused.attempt, TransferStatus.PAID).state is PayoutState.PAID


def test_r7_a_mismatch_is_held_for_a_person() -> None:
    held = asked(lost(), TransferStatus.MISMATCH)
    assert (held.state, held.wait, held.attempt.result) == (PayoutState.HELD, None, None)


@pytest.mark.parametrize("status", [TransferStatus.NOT_FOUND, TransferStatus.PENDING, TransferStatus.UNPROVEN])
def test_r8_after_thirty_days_no_machine_decides(status: TransferStatus) -> None:
    attempt = lost(not_found=9, not_found_since=NOON)
    almost = asked(attempt, status, NOON + timedelta(days=30, seconds=-1))
    assert almost.state in (PayoutState.UNKNOWN, PayoutState.RESEND)
    held = asked(attempt, status, NOON + timedelta(days=30))
    assert (held.state, held.wait, held.attempt.overdue) == (PayoutState.HELD, None, True)
    assert asked(attempt, TransferStatus.PAID, NOON + timedelta(days=31)).state is PayoutState.PAID


def test_an_unknown_outcome_is_overdue_next_morning_and_then_asked_about_slowly() -> None:
    eight = datetime(2026, 1, 16, 1, 0, tzinfo=UTC)  # 08:00 WIB
    assert overdue_at(NOON) == overdue_at(datetime(2026, 1, 15, 16, 59, tzinfo=UTC)) == eight  # 23:59 WIB
    before = asked(lost(inquiries=9), TransferStatus.PENDING, eight - timedelta(seconds=1))
    assert (before.attempt.overdue, before.wait) == (False, 20)
    after = asked(before.attempt, TransferStatus.PENDING, eight)
    assert (after.state, after.attempt.overdue, after.wait) == (PayoutState.UNKNOWN, True, SLOWLY)
    again = replace(after.attempt, sent_at=eight, asked_before=after.attempt.inquiries)
    assert asked(again, TransferStatus.PENDING, eight).wait == 10  # sent again: quickly at first


@pytest.mark.parametrize(
    ("code", "pause"), [("4291700", 30), ("4013801", 30), ("4033804", 7200), ("4033806", 3600), ("4031723", 86400)]
)
def test_a_refusal_that_says_when_it_ends_is_waited_for(code: str, pause: int) -> None:
    following = told(Outcome.REJ, code)
    assert (following.state, following.wait) == (PayoutState.RESEND, pause)
    assert told(Outcome.REJ, "4291700", sends=9).wait == 1800


@pytest.mark.parametrize("status", list(TransferStatus))
def test_a_terminal_result_is_overwritten_only_by_a_return(status: TransferStatus) -> None:
    answer = InquiryAnswer(status, None, "", "", "R-1", ())
    news = decide_news(PayoutState.PAID, ATTEMPT, answer, NOON)
    assert (news is not None and news.state) == (PayoutState.RETURNED if status is TransferStatus.RETURNED else False)
    before_resending = decide_news(PayoutState.RESEND, lost(), answer, NOON)
    ends = {
        TransferStatus.PAID: PayoutState.PAID,
        TransferStatus.RETURNED: PayoutState.RETURNED,
        TransferStatus.MISMATCH: PayoutState.HELD,
        TransferStatus.PENDING: PayoutState.UNKNOWN,
        TransferStatus.UNPROVEN: PayoutState.UNKNOWN,
    }
    assert (before_resending.state if before_resending else None) == ends.get(status)


@pytest.mark.parametrize("status", [status for status in TransferStatus if status is not TransferStatus.RETURNED])
def test_what_is_said_to_have_come_back_is_asked_about_for_a_day(status: TransferStatus) -> None:
    """Also if the answer is "paid": it may be the one from before."""
    doubted = replace(ATTEMPT, result=PayoutState.PAID, doubted_since=NOON)
    answer = InquiryAnswer(status, None, "", "", None, ())
    asked_at, waits = NOON, []
    while True:
        following = decide_news(PayoutState.PAID, doubted, answer, asked_at)
        assert following is not None
        assert (following.state, following.attempt.result) == (PayoutState.PAID, PayoutState.PAID)
        if following.wait is None:
            break
        waits.append(following.wait)
        asked_at += timedelta(seconds=following.wait)
    assert waits == [900, 2700, 5 * 3600, 18 * 3600]
    early = decide_news(PayoutState.PAID, doubted, answer, NOON + timedelta(seconds=10))
    assert early is not None
    assert early.wait == 890, "a message that comes twice does not shorten it"


@pytest.mark.parametrize("state", list(PayoutState))
@pytest.mark.parametrize("verdict", list(Verdict))
def test_people_decide_only_what_no_inquiry_can(state: PayoutState, verdict: Verdict) -> None:
    payout = Payout("p", "r", "who", "JOB_SEARCH", 1, "BNI", 600_000, state, 1)
    allowed = {
        Verdict.ABSENT: {"UNKNOWN", "HELD", "PARKED", "RESEND"},
        Verdict.PAID: {"HELD", "PARKED"},
        Verdict.RETURNED: {"HELD", "PARKED"},
    }
    ends = {Verdict.ABSENT: "FAILED", Verdict.PAID: "PAID", Verdict.RETURNED: "RETURNED"}
    tomorrow = overdue_at(NOON)
    if state in allowed[verdict]:
        following = decide_verdict(payout, lost(), verdict, tomorrow)
        assert (following.state, following.attempt.result) == (ends[verdict], ends[verdict])
    else:
        with pytest.raises(VerdictNotPossible):
            decide_verdict(payout, lost(), verdict, tomorrow)


def test_nobody_is_declared_unpaid_before_a_statement_can_show_it() -> None:
    payout = Payout("p", "r", "who", "JOB_SEARCH", 1, "BNI", 600_000, PayoutState.HELD, 1)
    with pytest.raises(VerdictTooEarly) as early:
        decide_verdict(payout, lost(), Verdict.ABSENT, overdue_at(NOON) - timedelta(seconds=1))
    assert "2026-01-16 08:00 WIB" in early.value.text("id")[1]
    assert decide_verdict(payout, lost(), Verdict.PAID, NOON).state is PayoutState.PAID


@pytest.mark.parametrize(
    ("window", "since", "until", "crosses"),
    [
        ((22, 6), "15 14:00", "15 14:59", False),  # 21:00 to 21:59 WIB
        ((22, 6), "15 14:00", "15 15:00", True),  # until 22:00
        ((22, 6), "15 22:59", "15 22:59", True),  # 05:59
        ((22, 6), "15 23:00", "16 14:59", False),  # 06:00 to 21:59
        ((22, 6), "15 23:00", "18 23:00", True),
        ((1, 3), "15 17:59", "15 17:59", False),  # 00:59
        ((1, 3), "15 17:00", "15 18:00", True),
        ((1, 3), "15 20:00", "16 17:59", False),  # 03:00 to 00:59
        ((1, 3), "15 20:00", "16 18:00", True),
        ((5, 5), "15 20:00", "18 20:00", False),  # from 05:00 to 05:00 is never
    ],
)
def test_a_streak_does_not_cross_the_end_of_day(window: tuple[int, int], since: str, until: str, crosses: bool) -> None:
    rules = replace(RULES, end_of_day=(time(window[0]), time(window[1])))
    begin, end = (datetime.strptime(f"2026-01-{text}+0000", "%Y-%m-%d %H:%M%z") for text in (since, until))
    attempt = lost(not_found=2, not_found_since=begin, sent_at=begin - timedelta(days=1))
    following = asked(attempt, TransferStatus.NOT_FOUND, end, rules)
    long_enough = end - begin >= timedelta(minutes=15)
    assert (following.state is PayoutState.RESEND) == (long_enough and not crosses)


def test_a_returned_payment_has_a_reason_that_people_know() -> None:
    refused = told(Outcome.BUG, must_confirm=True)
    assert asked(refused.attempt, TransferStatus.RETURNED).reason == "PSP_REFUSED"
    refused = told(Outcome.FAIL, must_confirm=True, reason=Reason.ACCOUNT_INVALID)
    assert asked(refused.attempt, TransferStatus.RETURNED).reason == "PSP_ACCOUNT_INVALID"


def test_not_found_proves_something_only_over_the_whole_settle_window() -> None:
    attempt = lost()
    for minutes, state in ((10, "UNKNOWN"), (12, "UNKNOWN"), (20, "UNKNOWN"), (24, "UNKNOWN"), (25, "RESEND")):
        following = asked(attempt, TransferStatus.NOT_FOUND, NOON + timedelta(minutes=minutes))
        assert following.state == state, minutes
        attempt = following.attempt
    assert (attempt.ambiguous, attempt.not_found, attempt.not_found_since) == (True, 0, None)


def test_after_a_providers_end_of_day_the_streak_begins_again_and_can_still_prove() -> None:
    rules = replace(RULES, end_of_day=(time(22, 0), time(6, 0)))
    attempt = lost()
    evening = datetime(2026, 1, 15, 14, 30, tzinfo=UTC)  # 21:30 WIB
    for hours in range(9):  # until 05:30 WIB
        following = asked(attempt, TransferStatus.NOT_FOUND, evening + timedelta(hours=hours), rules)
        assert following.state is PayoutState.UNKNOWN
        attempt = following.attempt
    for hours, state in ((9, "UNKNOWN"), (10, "UNKNOWN"), (11, "RESEND")):
        following = asked(attempt, TransferStatus.NOT_FOUND, evening + timedelta(hours=hours), rules)
        assert following.state == state
        attempt = following.attempt


def test_a_worker_is_given_up_only_after_its_function_must_have_ended() -> None:
    (entry,) = [entry for entry in FUNCTIONS if entry.name == "send_payout"]
    assert timedelta(seconds=entry.timeout) < LEASE
