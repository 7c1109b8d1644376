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
from prakerja.payouts.model import LEASE, STOPPED_SECONDS, Attempt, Next, PayoutState, decide_inquiry, decide_sending

NOON = datetime(2026, 1, 15, 5, 0, tzinfo=UTC)
RULES = ProviderRules(AccountKind.BANK, (5, 10, 20), 900, 3, 30, end_of_day=None)
ATTEMPT = Attempt("p", 1, "BNI", "17", "/", "REF", 600_000, b"", b"", "1", NOON, NOON)


def told(outcome: Outcome, *, must_confirm: bool = False, reason: Reason | None = None) -> Next:
    answer = TransferAnswer(outcome, reason, must_confirm, "", "", None, ())
    return decide_sending(ATTEMPT, answer, RULES, NOON)


def asked(attempt: Attempt, status: TransferStatus, now: datetime = NOON, rules: ProviderRules = RULES) -> Next:
    return decide_inquiry(attempt, InquiryAnswer(status, None, "", "", None, ()), rules, now)


def lost(**changes: object) -> Attempt:
    return replace(ATTEMPT, ambiguous=True, unknown_since=NOON, **changes)  # type: ignore[arg-type]


def test_a_source_without_funds_is_asked_about_before_the_reference_is_used_again() -> None:
    refused = told(Outcome.STOP, must_confirm=True)
    assert refused.state is PayoutState.UNKNOWN
    again = asked(refused.attempt, TransferStatus.NOT_FOUND)
    assert (again.state, again.wait, again.attempt.refusal) == (PayoutState.RESEND, STOPPED_SECONDS, None)


@pytest.mark.parametrize("outcome", [Outcome.STOP, Outcome.BUG])
def test_nobody_is_told_that_they_failed_when_it_was_our_fault(outcome: Outcome) -> None:
    refused = told(outcome, must_confirm=True)
    burnt = asked(refused.attempt, TransferStatus.FAILED)
    assert (burnt.state, burnt.reason, burnt.wait) == (PayoutState.PARKED, None, None)


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
