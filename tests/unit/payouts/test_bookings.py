"""Cash in the ledger: whatever happens to an attempt, its money is in exactly one place, and never void while unknown."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prakerja.balance import FUND, PayoutMove, accounts_of_move
from prakerja.payouts.bookings import NotBookable, in_flight_at, moves_between, moves_of_claimed
from prakerja.payouts.model import IN_FLIGHT, MOST_STEPS, Passed, Payout, PayoutState

PROVIDER, AMOUNT = "BNI", 600_000
PLACE = {
    **dict.fromkeys(IN_FLIGHT, "IN_FLIGHT:BNI"),
    PayoutState.PAID: "PAID:BNI",
    PayoutState.FAILED: FUND,
    PayoutState.RETURNED: FUND,
}


def book(balances: Counter[str], move: PayoutMove) -> None:
    debit, credit = accounts_of_move(move, PROVIDER)
    balances[debit] -= AMOUNT
    balances[credit] += AMOUNT


@given(st.lists(st.sampled_from(sorted(PLACE)), max_size=8))
def test_an_attempts_money_is_where_its_state_says(states: list[PayoutState]) -> None:
    balances = Counter({FUND: AMOUNT})
    book(balances, PayoutMove.RESERVE)
    state = PayoutState.DISPATCHING
    for following in states:
        try:
            moves = moves_between(state, following)
        except NotBookable:
            continue  # nothing is booked, and the state stays
        for move in moves:
            book(balances, move)
        state = following
        assert {name: amount for name, amount in balances.items() if amount} == {PLACE[state]: AMOUNT}


AT = datetime(2026, 1, 15, 3, tzinfo=UTC)


@given(st.lists(st.tuples(st.sampled_from(sorted(PayoutState)), st.integers(0, 1)), min_size=60, max_size=120))
def test_a_long_history_says_what_was_in_flight_when_as_all_its_steps_do(
    steps: list[tuple[PayoutState, int]],
) -> None:
    payout, every = Payout("p", "r", "w", "JOB_SEARCH", 1, PROVIDER, AMOUNT), list[Passed]()
    for minute, (state, more) in enumerate(steps):
        payout = payout.to(state, AT + timedelta(minutes=minute), attempt=payout.attempt + more)
        every += payout.history[-1:] if payout.history[-1:] != tuple(every[-1:]) else ()
    whole = replace(payout, history=tuple(every))
    moments = [AT + timedelta(minutes=minute) for minute in range(len(steps) + 1)]
    assert [in_flight_at(payout, at) for at in moments] == [in_flight_at(whole, at) for at in moments]


def test_a_payout_that_is_sent_again_for_days_was_in_flight_all_the_time() -> None:
    payout = Payout("p", "r", "w", "JOB_SEARCH", 1, PROVIDER, AMOUNT).to(PayoutState.QUEUED, AT)
    for hour in range(200):
        state = (PayoutState.DISPATCHING, PayoutState.RESEND)[hour % 2]
        payout = payout.to(state, AT + timedelta(hours=hour + 1), attempt=1)
    assert len(payout.history) == MOST_STEPS
    assert {in_flight_at(payout, AT + timedelta(hours=hour + 2)) for hour in range(200)} == {PROVIDER}


@pytest.mark.parametrize("state", sorted(PayoutState))
def test_only_a_proven_failure_voids(state: PayoutState) -> None:
    for before in PayoutState:
        try:
            moves = moves_between(before, state)
        except NotBookable:
            continue
        assert (PayoutMove.VOID in moves) == (state is PayoutState.FAILED and before in IN_FLIGHT)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (PayoutState.PAID, PayoutState.FAILED),
        (PayoutState.PAID, PayoutState.UNKNOWN),
        (PayoutState.FAILED, PayoutState.PAID),
        (PayoutState.RETURNED, PayoutState.PAID),
        (PayoutState.QUEUED, PayoutState.PAID),
    ],
)
def test_money_never_takes_a_way_that_no_answer_can_prove(before: PayoutState, after: PayoutState) -> None:
    with pytest.raises(NotBookable):
        moves_between(before, after)


@pytest.mark.parametrize("move", PayoutMove)
def test_every_move_leaves_one_account_for_another(move: PayoutMove) -> None:
    debit, credit = accounts_of_move(move, PROVIDER)
    assert debit != credit
    by_provider = PROVIDER in debit + credit
    assert by_provider or move in (PayoutMove.REPAY, PayoutMove.GIVE_BACK), "only between member and programme"


def test_what_came_back_after_payment_passes_through_the_returned_account() -> None:
    moves = moves_between(PayoutState.PAID, PayoutState.RETURNED)
    assert [accounts_of_move(move, PROVIDER) for move in moves] == [
        ("PAID:BNI", "RETURNED:BNI"),
        ("RETURNED:BNI", FUND),
    ]


@pytest.mark.parametrize("in_vain", [0, 1, AMOUNT - 1, AMOUNT])
def test_what_came_back_after_it_was_claimed_settles_the_claim(in_vain: int) -> None:
    balances = Counter({"CLAIMS": AMOUNT - in_vain, FUND: in_vain})
    for move, amount in moves_of_claimed(AMOUNT, in_vain):
        debit, credit = accounts_of_move(move, PROVIDER)
        balances.update({debit: -amount, credit: amount})
    left = {name: amount for name, amount in balances.items() if amount}
    assert left == {FUND: AMOUNT + in_vain} | ({"OWED": -in_vain} if in_vain else {})
