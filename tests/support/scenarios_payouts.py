"""A payout run over two incentives: Ani's is paid at once, Eka's first answer gets lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from prakerja.incentives import JOB_SEARCH, Incentive, IncentiveState
from prakerja.incentives.store import earned
from prakerja.payouts.messages import PayoutQueued, PayoutUnknown
from prakerja.payouts.model import PayoutState
from prakerja.payouts.runs import RunState
from prakerja.payouts.service import propose_release, start_run
from prakerja.payouts.store import load_payout, load_run
from prakerja.platform.clock import wib_date
from prakerja.platform.ids import derived
from tests.support.people import plant_account, plant_member, someone
from tests.support.scenarios import Play, Step, aside, delivery, passes
from tests.support.scenarios_outside import PROVIDER
from tests.support.scenarios_people import ANI, NOTICE, sweep
from tests.support.scenarios_stage import Queued, Stage
from tests.support.scenarios_waves import agree

EKA = someone(5)
AMOUNT = 600_000
STARTED, APPROVED, SHARD = "payouts.run_started.v1", "payouts.run_approved.v1", "payouts.shard_released.v1"
SEND, ASK = PayoutQueued.topic, PayoutUnknown.topic
VISIBILITY = timedelta(minutes=3)

TROUBLE = frozenset(
    {
        *("sends", "ambiguous", "refusal", "inquiries", "not_found", "not_found_since", "unknown_since", "overdue"),
        *("due_shard", "due_at", "exchanges", "code", "fingerprint", "asked_before", "history"),
    }
)


def _eka_has_earned(stage: Stage) -> None:
    stage.clock.move(days=6)  # over a weekend and a holiday: what was earned is scheduled for a working day
    if not stage.with_others:
        return
    plant_member(stage.world, EKA, card_number="8000000000000005")
    plant_account(stage.world, EKA, provider=PROVIDER)
    stage.outside.know(EKA)
    now = stage.clock.programme()
    stage.world.table.commit(
        earned(Incentive(EKA.person_id, JOB_SEARCH, 1, AMOUNT, IncentiveState.SCHEDULED, wib_date(now), now))
    )


def _start(stage: Stage) -> Any:
    run = start_run(stage.p, operator="op-1", scheduled_until=wib_date(stage.clock.programme()), key="run-1")
    stage.memo.run_id = run.run_id
    return run


def _propose(stage: Stage) -> Any:
    approval = propose_release(stage.p, operator="op-1", run_id=stage.memo.run_id)
    stage.memo.approval_id = approval.approval_id
    return approval


def payout_of(person_id: str) -> str:
    """The id of a person's payout."""
    return derived("payout", person_id, JOB_SEARCH, "1")


def ani(stage: Stage) -> str:
    """Which payout is Ani's."""
    return payout_of(stage.memo.person_id)


def eka(_: Stage) -> str:
    """Which payout is Eka's."""
    return payout_of(EKA.person_id)


def until_settled(whose: Any) -> Play:
    """What goes on by itself for a payout that is not over: messages, and sweeps when its time has come."""

    def settle(stage: Stage) -> None:
        for _ in range(20):
            payout = load_payout(stage.world.table, whose(stage))
            if payout.state is PayoutState.UNKNOWN:
                message: PayoutUnknown | PayoutQueued = PayoutUnknown(payout_id=payout.payout_id)
            elif payout.state in (PayoutState.RESEND, PayoutState.DISPATCHING, PayoutState.QUEUED):
                message = PayoutQueued(payout_id=payout.payout_id, provider=payout.provider)
            else:
                return
            stage.clock.move(minutes=30)
            (queue,) = message.queues()
            stage.work(Queued(queue, message.topic, message.model_dump_json(), stage.clock.wall()))

    return settle


def _until_declared(stage: Stage) -> None:
    """Each delivery takes the run one step on, whoever sent it."""
    while load_run(stage.world.table, stage.memo.run_id).state is RunState.PREPARING:
        stage.work(stage.memo.message)


def _loses_an_answer(stage: Stage) -> None:
    stage.outside.bank.add_fault("lost_after_commit", times=1, account_suffix=EKA.phone[-8:])


def refuses(stage: Stage) -> None:
    stage.outside.bank.add_fault("account_invalid", account_suffix=ANI.phone[-8:])


def lost_and_due(stage: Stage) -> None:
    """All messages are lost; it is time for the sweep."""
    stage.relay()
    stage.waiting.clear()
    stage.clock.move(minutes=10)


def payment(command: str, topic: str, whose: Any, **more: Any) -> Step:
    """A worker's step about one payout, and what trouble may leave behind."""
    return delivery(
        command,
        topic,
        of=whose,
        wait=VISIBILITY,
        after=until_settled(whose),
        ignores=TROUBLE,
        may_announce=frozenset({SEND, ASK}),
        may_record=frozenset({"PAYOUT_UNKNOWN", "PAYOUT_RESEND"}),
        **more,
    )


PREPARING: dict[str, Any] = {"after": _until_declared, "may_omit": frozenset({STARTED})}

DECLARE = (
    Step("start run", _start, _eka_has_earned, shared=True),
    delivery("prepare run: collect", STARTED, **PREPARING),
    delivery("prepare run: collect", STARTED, **PREPARING),
    delivery("prepare run: declare", STARTED, shared=True),
    Step("propose release", _propose, shared=True),
)
RELEASE = (
    Step("approve release", agree, shared=True),
    delivery("release run", APPROVED, shared=True),
    delivery("queue shard", SHARD),
    delivery("queue shard", SHARD),
    Step("sweep due: payout", sweep, lost_and_due, aside=True),
)
PAY = (
    aside(payment("send payout: account refused", SEND, ani, before=refuses)),
    payment("send payout", SEND, ani),
    payment("send payout: answer lost", SEND, eka, before=_loses_an_answer),
)
FIND_OUT = (
    payment("inquire payout", ASK, eka, before=passes(minutes=1)),
    aside(delivery("send notice: paid", NOTICE, of=ani, may_announce=frozenset({NOTICE}))),
)
