"""Beside the journey: a provider tells us something, operators stop and start a channel, refuse a release, decide how an
attempt ended where nobody else can, and a payout that failed is sent again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import functions.payment_callback.handler as payment_callback
from prakerja.incentives import JOB_SEARCH
from prakerja.incentives.service import retry_incentive
from prakerja.payouts.decisions import Verdict
from prakerja.payouts.messages import ChannelStartApproved, PayoutSaidReturned, PayoutToldOf, VerdictApproved
from prakerja.payouts.runs import RunState
from prakerja.payouts.service import propose_release, propose_start, propose_verdict, start_run, stop_channel
from prakerja.payouts.store import load_run
from prakerja.platform.approvals import refuse
from prakerja.platform.clock import wib_date
from tests.support.scenarios import Step, aside, delivery
from tests.support.scenarios_outside import PROVIDER
from tests.support.scenarios_payouts import (
    APPROVED,
    ASK,
    SEND,
    SHARD,
    STARTED,
    TROUBLE,
    ani,
    eka,
    lost_and_due,
    payment,
    refuses,
    until_settled,
)
from tests.support.scenarios_people import sweep
from tests.support.scenarios_stage import Stage
from tests.support.scenarios_waves import agree

CLERK = "op-1"


# what a provider tells us ---------------------------------------------------------------------------------------------
def _told(stage: Stage, whose: Callable[[Stage], str] = eka) -> None:
    """The provider has sent a call-back, its latest: about Eka's payout, whose answer got lost, or another."""
    stage.clock.move(minutes=2)
    *_, sent = (one for one in stage.outside.bank.due_callbacks() if one.reference in _references(stage, whose))
    path = sent.url.removeprefix("https://partner.test")
    stage.memo.callback = {
        "rawPath": path,
        "headers": dict(sent.headers),
        "body": sent.body.decode(),
        "requestContext": {"requestId": "told", "http": {"method": sent.method}},
    }


def _references(stage: Stage, whose: Callable[[Stage], str]) -> set[str]:
    items = stage.world.items("programme")
    return {item["reference"] for item in items if item["pk"] == f"PAYOUT#{whose(stage)}" and "reference" in item}


def _hear(stage: Stage) -> Any:
    answer = payment_callback.handler(stage.memo.callback, None)
    return answer["statusCode"], answer["body"]


def _heard(stage: Stage) -> None:
    _told(stage)
    assert _hear(stage)[0] == 200


# channels -------------------------------------------------------------------------------------------------------------
def _stop(stage: Stage) -> Any:
    return stop_channel(stage.p, operator=CLERK, provider=PROVIDER, because="the provider books twice")


def _propose_start(stage: Stage) -> Any:
    approval = propose_start(stage.p, operator=CLERK, provider=PROVIDER)
    stage.memo.approval_id = approval.approval_id
    return approval


def _start_agreed(stage: Stage) -> None:
    _stop(stage)
    _propose_start(stage)
    agree(stage)


# verdicts -------------------------------------------------------------------------------------------------------------
def _overdue(stage: Stage) -> None:
    """Nobody could say what became of Eka's payout until the next morning was over: it is on a list."""
    stage.relay()
    stage.outside.down.add("bank")
    stage.clock.move(days=2)
    stage.work(stage.take(ASK, eka(stage)))
    stage.outside.down.clear()


def _propose_verdict(stage: Stage) -> Any:
    approval = propose_verdict(
        stage.p, operator=CLERK, payout_id=eka(stage), verdict=Verdict.ABSENT, evidence_reference="report LINKAJA 12"
    )
    stage.memo.approval_id = approval.approval_id
    return approval


def _verdict_agreed(stage: Stage) -> None:
    _overdue(stage)
    _propose_verdict(stage)
    agree(stage)


def _refused(stage: Stage) -> None:
    _overdue(stage)
    _propose_verdict(stage)
    _refuse(stage)


def _refuse(stage: Stage) -> Any:
    return refuse(stage.p, operator=stage.operator("op-2"), approval_id=stage.memo.approval_id)


# what comes back after it was paid ---------------------------------------------------------------------------------------
def _came_back(stage: Stage) -> None:
    """The provider took Ani's payment back, and says so."""
    (reference,) = _references(stage, ani)
    stage.outside.bank.refund(PROVIDER.lower(), reference)
    _told(stage, ani)


def _unshown(stage: Stage) -> None:
    """It says so in its statement, too, and no inquiry of ours is answered."""
    stage.outside.bank.add_fault("inquiry_down", role="status")
    stage.world.table.commit(outbox=[PayoutSaidReturned(payout_id=ani(stage), attempt=1)])


def _unshown_to_the_end(stage: Stage) -> None:
    _unshown(stage)
    stage.relay()
    stage.work(stage.take(PayoutSaidReturned.topic, ani(stage)))
    stage.clock.move(days=2)
    stage.world.table.commit(outbox=[PayoutToldOf(payout_id=ani(stage))])


def _unshown_and_lost(stage: Stage) -> None:
    _unshown(stage)
    stage.relay()
    stage.work(stage.take(PayoutSaidReturned.topic, ani(stage)))
    lost_and_due(stage)
    stage.clock.move(minutes=20)


def _return_agreed(stage: Stage) -> None:
    _unshown_to_the_end(stage)
    stage.memo.approval_id = propose_verdict(
        stage.p, operator=CLERK, payout_id=ani(stage), verdict=Verdict.RETURNED, evidence_reference="letter 12"
    ).approval_id
    agree(stage)


# once more ------------------------------------------------------------------------------------------------------------
def _failed_once(stage: Stage) -> None:
    """Ani's payout was refused, she has mended it there, and a second run takes it."""
    refuses(stage)
    stage.relay()
    stage.work(stage.take(SEND, ani(stage)))
    until_settled(ani)(stage)
    stage.outside.bank.faults.clear()
    retry_incentive(stage.p, person_id=stage.memo.person_id, kind=JOB_SEARCH, number=1, key="retry-1")
    stage.clock.move(days=7)
    run = start_run(stage.p, operator=CLERK, scheduled_until=wib_date(stage.clock.programme()), key="run-2")
    stage.relay()
    while load_run(stage.world.table, run.run_id).state is RunState.PREPARING:
        stage.work(stage.take(STARTED, run.run_id))
        stage.relay()
    stage.memo.approval_id = propose_release(stage.p, operator=CLERK, run_id=run.run_id).approval_id
    agree(stage)
    for topic in (APPROVED, SHARD):
        stage.relay()
        while any(message.topic == topic and run.run_id in message.body for message in stage.waiting):
            stage.work(stage.take(topic, run.run_id))


REFUSED = (Step("refuse a release", _refuse, aside=True),)
"""While a release waits for the second operator."""
AGAIN = (aside(payment("send payout: once more", SEND, ani, before=_failed_once)),)
"""While Ani's payout waits to be sent."""
OFFICE = (
    Step("hear call-back", _hear, _told, aside=True),
    aside(payment("inquire payout: told of", PayoutToldOf.topic, eka, before=_heard)),
    Step("propose verdict", _propose_verdict, _overdue, aside=True),
    Step("propose verdict: again after a refusal", _propose_verdict, _refused, aside=True),
    aside(payment("pass verdict", VerdictApproved.topic, eka, before=_verdict_agreed)),
    Step("stop channel", _stop, aside=True),
    Step("propose start", _propose_start, lambda stage: _stop(stage) and None, aside=True),
    aside(delivery("start channel", ChannelStartApproved.topic, before=_start_agreed)),
)
"""While Eka's payout is unknown."""
LOOKING: dict[str, Any] = {"of": ani, "ignores": TROUBLE, "may_record": frozenset({"RETURN_NOT_SHOWN"})}
TAKEN_BACK = (
    Step("hear call-back: it came back", _hear, _came_back, aside=True),
    aside(delivery("look again: not shown", PayoutSaidReturned.topic, before=_unshown, **LOOKING)),
    aside(delivery("look again: not shown for a day", PayoutToldOf.topic, before=_unshown_to_the_end, **LOOKING)),
    Step("sweep due: what came back", sweep, _unshown_and_lost, aside=True),
    aside(delivery("pass verdict: it came back", VerdictApproved.topic, before=_return_agreed, of=ani)),
)
"""When Ani is paid."""
