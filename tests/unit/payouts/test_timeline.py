"""What a member is told: what happened, what happens next and by when; "paid" and "failed" only of what is proven."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from prakerja.incentives import JOB_SEARCH, Incentive, IncentiveState
from prakerja.payouts.api import pause_of
from prakerja.payouts.destination import COOLING
from prakerja.payouts.model import ENDED, PROVIDERS, Passed, Payout, PayoutState, Waits
from prakerja.payouts.reasons import advice
from prakerja.payouts.timeline import NOW, Pause, Told, asked_until, following, passed, provider_name, stands
from prakerja.platform.clock import wib, wib_date
from tests.support.accounts import Desks
from tests.support.people import plant_member, someone
from tests.support.world import World

AT = datetime(2026, 1, 15, 3, 0, tzinfo=UTC)
LANGUAGES = ("id", "en")
EARNED = Incentive("person-1", JOB_SEARCH, 1, 600_000, IncentiveState.SCHEDULED, wib_date(AT), AT)
IN_RUN = replace(EARNED, state=IncentiveState.IN_RUN, payout_id="payout-1")
PAYOUT = Payout("payout-1", "run-1", "person-1", JOB_SEARCH, 1, "LINKAJA", 600_000)
CLAIMS = {
    "paid": ("membayar.", "paid it", "sudah dibayar", "paid. reference"),
    "failed": ("tidak dapat dibayar", "could not be paid", "tidak dibayar", "not paid"),
}


def at(hours: float) -> datetime:
    return AT + timedelta(hours=hours)


def way(*states: PayoutState, payout: Payout = PAYOUT, **changes: object) -> Payout:
    """A payout that came this way, a step an hour."""
    for number, state in enumerate(states):
        payout = payout.to(state, at(number), **(changes if state is states[-1] else {}))
    return payout


def all_words(incentive: Incentive, payout: Payout | None, language: str) -> list[str]:
    told = [stands(incentive, payout), *(step for _, step in passed(incentive, payout))]
    then = following(incentive, payout, None)
    return [one.words(language) for one in (*told, *([then] if then else []))]


def test_every_state_has_its_words() -> None:
    assert {*PayoutState, *IncentiveState} <= set(NOW)
    assert {provider_name(provider) for provider in PROVIDERS} == {"BNI", "BCA", "OVO", "GoPay", "DANA", "LinkAja"}


@pytest.mark.parametrize("state", [state for state in PayoutState if state is not PayoutState.DECLARED])
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_claimed_that_is_not_proven(state: PayoutState, language: str) -> None:
    """Of each state, after every way there: neither "paid" nor "failed", unless that is what was proven."""
    claims = {PayoutState.PAID: "paid", PayoutState.FAILED: "failed", PayoutState.RETURNED: "failed"}
    said = " ".join(all_words(IN_RUN, way(PayoutState.QUEUED, PayoutState.DISPATCHING, state), language)).lower()
    for claim, words in CLAIMS.items():
        if claims.get(state) != claim:
            assert not [word for word in words if word in said], said
    assert "{" not in said


def test_the_way_to_paid() -> None:
    payout = way(
        PayoutState.QUEUED, PayoutState.DISPATCHING, PayoutState.UNKNOWN, PayoutState.PAID, provider_reference="L-77"
    )
    paid = replace(IN_RUN, state=IncentiveState.PAID)
    steps = [(when, told.en) for when, told in passed(paid, payout)]
    assert steps == [
        (AT, "You earned this incentive."),
        (at(0), "Two officers released the payment."),
        (at(1), "Sent to LinkAja."),
        (at(2), "LinkAja gave no definite answer; we are asking."),
        (at(3), "LinkAja paid it."),
    ]
    assert stands(paid, payout).en == "Paid. Reference at LinkAja: L-77."
    assert following(paid, payout, None) is None


def test_the_reason_is_the_providers_and_says_what_to_do() -> None:
    payout = way(PayoutState.QUEUED, PayoutState.DISPATCHING, PayoutState.FAILED, reason="PSP_KYC_REQUIRED")
    failed = replace(IN_RUN, state=IncentiveState.PAYOUT_FAILED, reason="PSP_KYC_REQUIRED")
    assert stands(failed, payout).en == (
        "It could not be paid. LinkAja says: The wallet is not upgraded. Upgrade it (KYC), or choose another account."
    )
    assert "LinkAja menyatakan: Dompet belum di-upgrade" in stands(failed, payout).id
    then = following(failed, payout, None)
    assert then is not None
    assert "choose another one" in then.en


def test_a_reason_of_ours_is_not_put_into_the_providers_mouth() -> None:
    failed = replace(EARNED, state=IncentiveState.PAYOUT_FAILED, reason="ACCOUNT_OR_MEMBERSHIP_MISSING")
    assert "says" not in stands(failed, None).en
    assert advice("ACCOUNT_OR_MEMBERSHIP_MISSING")[1] in stands(failed, None).en


def test_after_a_failure_the_next_schedule_is_what_counts() -> None:
    payout = way(PayoutState.QUEUED, PayoutState.DISPATCHING, PayoutState.FAILED, reason="PSP_ACCOUNT_INVALID")
    again = replace(IN_RUN, state=IncentiveState.SCHEDULED)
    assert stands(again, payout).en == "Scheduled from 2026-01-15."
    assert "The account number is not known." in [told.en for _, told in passed(again, payout)][-1]


def test_unknown_is_asked_until_the_next_morning() -> None:
    payout = way(PayoutState.QUEUED, PayoutState.DISPATCHING, PayoutState.UNKNOWN)
    then = following(IN_RUN, payout, None)
    assert then is not None
    assert then.by == asked_until(at(2))
    assert wib(asked_until(at(2))).isoformat() == "2026-01-16T08:00:00+07:00"
    assert "asking LinkAja until then" in then.en


def test_asking_again_does_not_move_the_promise() -> None:
    """Each inquiry leaves the payout UNKNOWN: that is no new step."""
    payout = way(PayoutState.QUEUED, PayoutState.DISPATCHING, PayoutState.UNKNOWN)
    later = payout.to(PayoutState.UNKNOWN, at(20))
    assert later.history == payout.history


def test_a_long_history_keeps_its_latest_steps() -> None:
    payout = PAYOUT
    for number in range(50):
        payout = payout.to((PayoutState.DISPATCHING, PayoutState.RESEND)[number % 2], at(number))
    assert len(payout.history) == 40
    assert payout.history[-1].at == at(49)


def test_the_latest_step_stays_whatever_came_before() -> None:
    payout = PAYOUT
    states = [PayoutState.QUEUED, PayoutState.CANCELLED] * 25 + [PayoutState.DISPATCHING, PayoutState.RESEND]
    for number, state in enumerate(states):
        payout = payout.to(state, at(number))
        assert payout.history[-1] == Passed(state, at(number), payout.attempt, payout.provider)


@pytest.mark.parametrize(
    ("pause", "words", "by"),
    [
        (Pause(Waits.COOLING, at(72)), "72 hours", at(72)),
        (Pause(Waits.SHARED), "An officer looks", None),
        (Pause(Waits.UNLINKED), "No account is linked", None),
    ],
)
def test_a_paused_account_is_told(pause: Pause, words: str, by: datetime | None) -> None:
    then = following(EARNED, None, pause)
    assert isinstance(then, Told)
    assert (words in then.en, then.by) == (True, by)
    paid = replace(IN_RUN, state=IncentiveState.PAID)
    assert following(paid, way(PayoutState.PAID), pause) is None


def test_a_schedule_names_the_day_by_which_to_ask() -> None:
    then = following(EARNED, None, None)
    assert then is not None
    assert then.by == datetime(2026, 1, 23, 17, 0, tzinfo=UTC)  # five working days: the 16th is a holiday


def test_what_is_ended_has_no_time() -> None:
    for state in ENDED:
        then = following(IN_RUN, way(state), None)
        assert then is None or then.by is None


def test_the_pause_of_an_account(world: World) -> None:
    desks = Desks(world, plant_member(world, someone(1)))
    now = world.clock.wall()
    first = desks.link("1111111111")
    assert pause_of(None, now) == Pause(Waits.UNLINKED)
    assert pause_of(first, now) is None
    account = desks.change("2222222222")
    assert pause_of(account, now) == Pause(Waits.COOLING, now + COOLING)
    assert pause_of(replace(account, waits_for=Waits.SHARED), now + COOLING) == Pause(Waits.SHARED)
