"""Beside the journey: Ani enters an agency's list and leaves it, her run is withdrawn, she has a failed incentive tried again."""

from __future__ import annotations

from typing import Any

from prakerja.exclusions import ExclusionChanged, Reason, Source
from prakerja.exclusions.api import NewRow
from prakerja.exclusions.messages import LiftApproved
from prakerja.exclusions.service import add_list, lift, propose_lift
from prakerja.incentives import JOB_SEARCH, Incentive, IncentiveState
from prakerja.incentives.messages import ClaimDue
from prakerja.incentives.service import record_repayment, retry_incentive
from prakerja.membership import RevocationReason
from prakerja.membership.messages import MembershipRevoked, RevocationApproved
from prakerja.membership.service import propose_revocation, revoke
from prakerja.payouts.messages import PayoutToldOf, ShardWithdrawn
from prakerja.payouts.service import withdraw_run
from prakerja.platform.access_patterns import ATTEMPT, INCENTIVE, RUN_SHARDS
from prakerja.platform.clock import wib_date
from prakerja.platform.ids import derived, shard_of
from prakerja.platform.parts import put
from prakerja.platform.records import item_of
from tests.support.scenarios import Step, aside, delivery
from tests.support.scenarios_outside import PROVIDER
from tests.support.scenarios_payouts import TROUBLE
from tests.support.scenarios_people import ANI, sweep
from tests.support.scenarios_stage import Stage
from tests.support.scenarios_waves import agree

MARY = "op-mary"


def _ani(stage: Stage) -> str:
    return str(stage.memo.person_id)


# lists ----------------------------------------------------------------------------------------------------------------
def _add(stage: Stage) -> Any:
    rows = [NewRow(nik=ANI.nik, reason="ASN", valid_from="2020-01-01"), NewRow(nik="1", reason="ASN", valid_from="x")]
    added, results = add_list(stage.p, operator=MARY, source=Source.BKN, rows=rows, key="list-1")
    return added.list_id, results


def _listed(stage: Stage) -> None:
    _add(stage)


def _withheld(stage: Stage) -> None:
    _listed(stage)
    stage.relay()
    stage.work(stage.take(ExclusionChanged.topic))


def _propose(stage: Stage) -> Any:
    approval = propose_lift(
        stage.p,
        operator=MARY,
        nik=ANI.nik,
        source=Source.BKN,
        reason=Reason.ASN,
        evidence_reference="letter BKN 12/2026",
    )
    stage.memo.approval_id = approval.approval_id
    stage.memo.exclusion_id = approval.subject_id
    return approval


def _agreed(stage: Stage) -> None:
    _withheld(stage)
    _propose(stage)
    agree(stage)


def _lifted(stage: Stage) -> None:
    _agreed(stage)
    lift(stage.p, exclusion_id=stage.memo.exclusion_id, approval_id=stage.memo.approval_id)


def _over(stage: Stage) -> None:
    """On a list until today, and tomorrow has come."""
    today = wib_date(stage.clock.programme()).isoformat()
    rows = [NewRow(nik=ANI.nik, reason="ASN", valid_from="2020-01-01", valid_until=today)]
    add_list(stage.p, operator=MARY, source=Source.BKN, rows=rows, key="list-until")
    stage.relay()
    stage.work(stage.take(ExclusionChanged.topic))
    stage.clock.travel(days=1)
    sweep(stage)


# withdrawing ----------------------------------------------------------------------------------------------------------
def _withdraw(stage: Stage) -> Any:
    return withdraw_run(stage.p, operator=MARY, run_id=stage.memo.run_id).state


def _withdrawn(stage: Stage) -> None:
    _withdraw(stage)


def _anis_shard(stage: Stage) -> str:
    payout_id = derived("payout", _ani(stage), JOB_SEARCH, "1")
    return f'"shard":"{shard_of(payout_id, RUN_SHARDS)}"'


# once more ------------------------------------------------------------------------------------------------------------
def _failed(stage: Stage) -> None:
    now = stage.clock.programme()
    failed = Incentive(_ani(stage), JOB_SEARCH, 2, 600_000, IncentiveState.PAYOUT_FAILED, wib_date(now), now)
    stage.world.table.commit(put(INCENTIVE, item_of(failed), person_id=_ani(stage), kind=JOB_SEARCH, number=2))


def _retry(stage: Stage) -> Any:
    return retry_incentive(stage.p, person_id=_ani(stage), kind=JOB_SEARCH, number=2, key="retry-2").state


# revoking -------------------------------------------------------------------------------------------------------------
def _propose_end(stage: Stage) -> Any:
    approval = propose_revocation(
        stage.p,
        operator=MARY,
        person_id=_ani(stage),
        reason=RevocationReason.FRAUD,
        evidence_reference="audit 2026/117",
    )
    stage.memo.approval_id = approval.approval_id
    return approval.content_hash


def end_agreed(stage: Stage) -> None:
    """Two operators have agreed to end Ani's membership."""
    _propose_end(stage)
    agree(stage)


def _revoked(stage: Stage) -> None:
    end_agreed(stage)
    revoke(stage.p, person_id=_ani(stage), approval_id=stage.memo.approval_id)


def _revoked_and_lost(stage: Stage) -> None:
    _revoked(stage)
    stage.relay()
    stage.waiting.clear()
    stage.clock.move(minutes=11)


def _claimed(stage: Stage) -> None:
    _revoked(stage)
    stage.relay()
    stage.work(stage.take(MembershipRevoked.topic, _ani(stage)))


def _late(stage: Stage) -> None:
    _claimed(stage)
    stage.clock.move(days=62)
    stage.world.table.commit(outbox=[ClaimDue(person_id=_ani(stage), kind=JOB_SEARCH, number=1)])


def _late_and_lost(stage: Stage) -> None:
    _claimed(stage)
    stage.relay()
    stage.waiting.clear()
    stage.clock.move(days=62)


def _repay(stage: Stage) -> Any:
    claim: dict[str, Any] = {"person_id": _ani(stage), "kind": JOB_SEARCH, "number": 1}
    return record_repayment(stage.p, operator=MARY, **claim, amount=600_000, reference="BNI 42", key="repay-1").left


def _came_back(stage: Stage) -> None:
    """The provider takes Ani's payment back, and says so."""
    payout_id = derived("payout", _ani(stage), JOB_SEARCH, "1")
    attempt = stage.world.table.get(ATTEMPT, payout_id=payout_id, number=1)
    assert attempt is not None
    stage.outside.bank.refund(PROVIDER.lower(), attempt["reference"])
    stage.world.table.commit(outbox=[PayoutToldOf(payout_id=payout_id)])


def _claimed_and_came_back(stage: Stage) -> None:
    _claimed(stage)
    _came_back(stage)


def _payout(stage: Stage) -> str:
    return derived("payout", _ani(stage), JOB_SEARCH, "1")


BEFORE_RELEASE = (
    Step("add exclusions", _add, aside=True),
    aside(delivery("screen member", ExclusionChanged.topic, before=_listed, of=_ani)),
    Step("propose lift", _propose, _listed, aside=True),
    aside(delivery("lift exclusion", LiftApproved.topic, before=_agreed)),
    aside(delivery("screen member: off the list", ExclusionChanged.topic, before=_lifted, of=_ani)),
    aside(delivery("screen member: its time is over", ExclusionChanged.topic, before=_over, of=_ani)),
    Step("withdraw run", _withdraw, aside=True),
    aside(delivery("withdraw shard", ShardWithdrawn.topic, before=_withdrawn, of=_anis_shard)),
    Step("try incentive again", _retry, _failed, aside=True),
    aside(delivery("end membership: not paid yet", MembershipRevoked.topic, before=_revoked, of=_ani)),
)
"""While a run is declared and waits for two operators."""
END: dict[str, Any] = {"before": _revoked, "of": _ani}
ON_THE_WAY = (aside(delivery("end membership: open course", MembershipRevoked.topic, **END)),)
"""While a course is bought and not begun, or begun and not completed."""
AFTER_PAYMENT = (
    Step("propose revocation", _propose_end, aside=True),
    aside(delivery("revoke membership", RevocationApproved.topic, before=end_agreed, of=_ani)),
    aside(delivery("end membership: paid", MembershipRevoked.topic, **END)),
    Step("sweep due: revocation", sweep, _revoked_and_lost, aside=True),
    Step("record repayment", _repay, _claimed, aside=True),
    aside(delivery("claim late", ClaimDue.topic, before=_late, of=_ani)),
    Step("sweep due: claim", sweep, _late_and_lost, aside=True),
    aside(delivery("look again: it came back", PayoutToldOf.topic, before=_came_back, of=_payout, ignores=TROUBLE)),
    aside(
        delivery(
            "look again: it came back, and was claimed",
            PayoutToldOf.topic,
            before=_claimed_and_came_back,
            of=_payout,
            ignores=TROUBLE,
        )
    ),
)
"""When Ani is paid."""
