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
from prakerja.payouts.model import IN_FLIGHT, MOST_STEPS, Payout, PayoutState

PROVIDER, AMOUNT = "BNI", 600_000
NOON = datetime(2026, 1, 15, 5, 0, tzinfo=UTC)
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


OFTEN = [PayoutState.RESEND, PayoutState.DISPATCHING]


@given(st.lists(st.sampled_from([PayoutState.FAILED, PayoutState.RETURNED]), max_size=4), st.integers(1, 150))
def test_a_history_that_was_cut_still_tells_when_the_money_was_in_flight(ends: list[PayoutState], again: int) -> None:
    """However often it is sent again after the close of a day: no comparison of that day finds a difference in it."""
    ways = [[PayoutState.QUEUED, PayoutState.DISPATCHING, *OFTEN * again, end] for end in (*ends, PayoutState.PAID)]
    payout = uncut = Payout("p", "r", "who", "JOB_SEARCH", 1, PROVIDER, AMOUNT)
    for number, state in enumerate(state for way in ways for state in way):
        payout = payout.to(state, NOON + timedelta(minutes=number))
        uncut = replace(uncut, history=(*uncut.history, payout.history[-1]))
    assert len(payout.history) == min(len(uncut.history), MOST_STEPS)
    for step in uncut.history:
        assert in_flight_at(payout, step.at) == in_flight_at(uncut, step.at)
    assert payout.history[-1] == uncut.history[-1]
