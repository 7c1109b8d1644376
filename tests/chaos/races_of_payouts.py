"""Races about a payout that is under way: workers, call-backs, the switch and people's verdicts, all at once."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from functions.operator_api.routes_approvals import ANNOUNCED
from prakerja import wiring
from prakerja.incentives import IncentiveState, claims_of, incentives_of
from prakerja.membership import RevocationReason
from prakerja.membership.service import propose_revocation, revoke
from prakerja.payouts.answers import Callback, Outcome, TransferStatus
from prakerja.payouts.decisions import Verdict
from prakerja.payouts.messages import PayoutQueued, PayoutUnknown, ShardReleased
from prakerja.payouts.model import PayoutState
from prakerja.payouts.service import (
    end_payments,
    look_again,
    pass_verdict,
    propose_start,
    propose_verdict,
    start_channel,
    stop_channel,
    take_callback,
)
from prakerja.payouts.service.channels import note_answer
from prakerja.payouts.store import load_payout
from prakerja.platform.access_patterns import ATTEMPT
from prakerja.platform.approvals import approve
from tests.chaos.races import Contender, Judge, Race
from tests.chaos.races_of_money import has_earned, is_paid_once, messages_of, released
from tests.support.people import Someone
from tests.support.scenarios_outside import PROVIDER
from tests.support.scenarios_payouts import payout_of
from tests.support.scenarios_stage import Queued, Stage


def _queued(stage: Stage, number: int) -> tuple[Someone, Queued]:
    """A released payout, and the message that sends it."""
    who = has_earned(stage, number)
    released(stage, number)
    for shard in messages_of(stage, ShardReleased.topic):
        stage.work(shard)
    stage.relay()
    return who, stage.take(PayoutQueued.topic, payout_of(who.person_id))


def _lost(stage: Stage, number: int) -> tuple[Someone, Queued]:
    """A payout that was carried out and whose answer got lost, and the message that asks about it."""
    who, message = _queued(stage, number)
    stage.outside.bank.add_fault("lost_after_commit", times=1, account_suffix=who.phone[-8:])
    stage.work(message)
    for _ in range(2):  # others are paid meanwhile: no breaker opens
        note_answer(stage.p, PROVIDER, Outcome.OK, "2001800")
    stage.relay()
    asking = stage.take(PayoutUnknown.topic, payout_of(who.person_id))
    stage.clock.move(minutes=1)
    return who, asking


def _told(stage: Stage, who: Someone, says: TransferStatus = TransferStatus.PAID) -> Contender:
    """The provider calls back about somebody's first attempt."""

    def tell() -> None:
        item = stage.world.table.get(ATTEMPT, payout_id=payout_of(who.person_id), number=1)
        if item is not None:
            take_callback(stage.p, Callback(PROVIDER, item["reference"], says, sha256(who.nik.encode()).hexdigest()))

    return tell


def _settled(stage: Stage, who: Someone) -> None:
    """Whatever still waits is delivered, and what was due is looked at: paid once in the end."""
    payout_id = payout_of(who.person_id)
    for _ in range(20):
        if load_payout(stage.world.table, payout_id).state is PayoutState.PAID:
            break
        stage.clock.move(minutes=2)
        look_again(stage.p, wiring.providers(), payout_id=payout_id)
    is_paid_once(stage, who)


def one_inquiry_two_workers(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    who, asking = _lost(stage, number)

    def judge(answers: Sequence[Any]) -> None:
        assert list(answers) == [None, None]
        is_paid_once(stage, who)

    return [lambda: stage.work(asking)] * 2, judge


def one_sending_one_call_back(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    """The provider calls back before, while and after our own answer is stored."""
    who, message = _queued(stage, number)

    def judge(answers: Sequence[Any]) -> None:
        assert list(answers) == [None, None]
        _settled(stage, who)

    return [lambda: stage.work(message), _told(stage, who)], judge


def one_inquiry_two_call_backs(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    who, asking = _lost(stage, number)

    def judge(answers: Sequence[Any]) -> None:
        assert list(answers) == [None, None, None]
        payout_id = payout_of(who.person_id)
        heard = [
            item for item in stage.world.items("programme")
            if item["pk"].startswith("CALLBACK#") and item.get("payout_id") == payout_id
        ]  # fmt: skip
        assert len(heard) == 1
        _settled(stage, who)

    return [lambda: stage.work(asking), _told(stage, who), _told(stage, who)], judge


def one_sending_one_stop(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    """Sent before the switch, or not at all: never half."""
    who, message = _queued(stage, number)

    def stop() -> None:
        stop_channel(stage.p, operator="op-1", provider=PROVIDER, because="books twice")

    def judge(answers: Sequence[Any]) -> None:
        assert list(answers) == [None, None]
        state = load_payout(stage.world.table, payout_of(who.person_id)).state
        assert state in (PayoutState.PAID, PayoutState.QUEUED)
        approval = propose_start(stage.p, operator="op-1", provider=PROVIDER)
        approve(stage.p, operator=stage.operator("op-2"), approval_id=approval.approval_id, announce=ANNOUNCED)
        start_channel(stage.p, provider=PROVIDER, approval_id=approval.approval_id)
        stage.work(message)
        is_paid_once(stage, who)

    return [lambda: stage.work(message), stop], judge


def one_verdict_one_inquiry(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    """Two operators find it absent while the provider at last says "paid": one of both counts, and the books agree."""
    who, asking = _lost(stage, number)
    payout_id = payout_of(who.person_id)
    stage.clock.move(days=2)
    approval = propose_verdict(
        stage.p, operator="op-1", payout_id=payout_id, verdict=Verdict.ABSENT, evidence_reference="report 12"
    )
    approve(stage.p, operator=stage.operator("op-2"), approval_id=approval.approval_id, announce=ANNOUNCED)

    def judge(answers: Sequence[Any]) -> None:
        assert answers[1] is None
        state = load_payout(stage.world.table, payout_id).state
        assert state in (PayoutState.PAID, PayoutState.FAILED)
        attempt = stage.world.table.get(ATTEMPT, payout_id=payout_id, number=1)
        assert attempt is not None
        assert attempt["result"] == state
        booked = [item for item in stage.world.items("programme") if item.get("reference") == attempt["reference"]]
        moves = [item["kind"] for item in booked if "debit" in item]
        assert sorted(moves) in (["PAYOUT_POST", "PAYOUT_RESERVE"], ["PAYOUT_RESERVE", "PAYOUT_VOID"]), moves

    return [
        lambda: pass_verdict(stage.p, payout_id=payout_id, approval_id=approval.approval_id).payout_id and None,
        lambda: stage.work(asking),
    ], judge


def one_sending_one_end_of_membership(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    """Cancelled before a byte left, or paid and claimed back: nothing in between, and no rupiah lost."""
    who, message = _queued(stage, number)
    approval = propose_revocation(
        stage.p, operator="op-1", person_id=who.person_id, reason=RevocationReason.FRAUD, evidence_reference="audit 7"
    )
    approve(stage.p, operator=stage.operator("op-2"), approval_id=approval.approval_id, announce=ANNOUNCED)

    def end() -> None:
        revoke(stage.p, person_id=who.person_id, approval_id=approval.approval_id)
        end_payments(stage.p, person_id=who.person_id)

    def judge(answers: Sequence[Any]) -> None:
        assert list(answers) == [None, None]
        end_payments(stage.p, person_id=who.person_id)  # as the sweep does while a payout is under way
        payout = load_payout(stage.world.table, payout_of(who.person_id))
        (incentive,) = incentives_of(stage.world.table, who.person_id)
        claimed = [claim.left for claim in claims_of(stage.world.table, who.person_id)]
        if payout.state is PayoutState.PAID:
            is_paid_once(stage, who)
            assert (incentive.state, claimed) == (IncentiveState.PAID, [payout.amount])
            return
        assert (payout.state, payout.attempt) == (PayoutState.CANCELLED, 0)
        assert (incentive.state, claimed) == (IncentiveState.FORFEITED, [])
        assert who.phone.lstrip("+") not in stage.outside.books()["rupiah_by_account"]

    return [lambda: stage.work(message), end], judge


UNDER_WAY = (
    Race("one unknown payout, two inquiries", one_inquiry_two_workers),
    Race("one payout, its sending and a call-back", one_sending_one_call_back),
    Race("one unknown payout, an inquiry and a call-back twice", one_inquiry_two_call_backs),
    Race("one payout, its sending and the switch", one_sending_one_stop),
    Race("one payout, its sending and the end of its membership", one_sending_one_end_of_membership),
    Race("one unknown payout, a verdict and an inquiry", one_verdict_one_inquiry),
)
