"""A payment, a revocation, repayments and a return, in any order and into each other's midst: the books stay right.

What is claimed is what the member still has of it; what comes back settles the claim; what was repaid in vain is owed.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prakerja.incentives import IncentiveState, claims_of, incentives_of
from prakerja.incentives.errors import MoreThanClaimed
from prakerja.incentives.service import record_repayment
from prakerja.membership import MembershipEnded, RevocationReason
from prakerja.membership.service import propose_revocation, revocation_approved, revoke
from prakerja.payouts.model import PayoutState
from prakerja.payouts.service import end_payments, look_again
from prakerja.payouts.store import attempts_of
from prakerja.platform.approvals import approved_parts
from prakerja.platform.clock import to_text
from prakerja.platform.problems import Conflict, NotFound
from tests.support.effort import effort
from tests.support.payout_office import Office
from tests.support.payout_world import AMOUNT, PayoutWorld

BANK = "LINKAJA"
EVENTS = ("revoke", "die", "end", "repay a third", "repay a half", "repay all", "return", "look")


class Story:
    """One member who was paid, and what happens then."""

    def __init__(self) -> None:
        self.world = PayoutWorld(seed=1, people=1, providers=(BANK,))
        Office(self.world).run()
        self.world.play(until=self.world.clock.now.replace(hour=12))
        (self.payout,) = self.world.watch.payouts.values()
        assert self.payout.state is PayoutState.PAID
        self.p, self.who = self.world.p, self.payout.person_id
        self.keys = 0
        self.came_back = False

    def happen(self, event: str) -> None:
        """One event; what cannot be any more is refused, and must change nothing."""
        with suppress(Conflict, MoreThanClaimed, NotFound, MembershipEnded):
            self._events()[event]()

    def into(self, event: str, other: str, call: int) -> None:
        """``other`` happens at the n-th call of ``event``."""
        calls = 0

        def calling(_: str) -> None:
            nonlocal calls
            calls += 1
            if calls == call:
                self.world.memory.calling = lambda _: None
                self.happen(other)

        self.world.memory.calling = calling
        self.happen(event)
        self.world.memory.calling = lambda _: None

    def follow(self) -> None:
        """What waits is delivered, and what is due is looked at."""
        end_payments(self.p, person_id=self.who)
        self.world.play(until=self.world.clock.now)

    def _events(self) -> dict[str, Callable[[], object]]:
        return {
            "revoke": lambda: self._revoke(RevocationReason.FRAUD),
            "die": lambda: self._revoke(RevocationReason.DECEASED),
            "end": lambda: end_payments(self.p, person_id=self.who),
            "repay a third": lambda: self._repay(AMOUNT // 3),
            "repay a half": lambda: self._repay(AMOUNT // 2),
            "repay all": lambda: self._repay(AMOUNT),
            "return": self._return,
            "look": lambda: look_again(self.p, self.world.providers, payout_id=self.payout.payout_id),
        }

    def _revoke(self, reason: RevocationReason) -> None:
        approval = propose_revocation(
            self.p, operator="op-1", person_id=self.who, reason=reason, evidence_reference="audit 7"
        )
        at = to_text(self.world.clock.wall())
        self.p.table.commit(*approved_parts(replace(approval, approved_by="op-2", approved_at=at)))
        message = revocation_approved(approval)
        revoke(self.p, person_id=message.person_id, approval_id=message.approval_id)
        end_payments(self.p, person_id=self.who)

    def _repay(self, amount: int) -> None:
        self.keys += 1
        told = {"operator": "op-1", "person_id": self.who, "kind": self.payout.incentive_kind, "reference": "BNI 1"}
        record_repayment(self.p, number=1, amount=amount, key=str(self.keys), **told)

    def _return(self) -> None:
        if not self.came_back:
            self.came_back = True
            (attempt,) = attempts_of(self.p.table, self.payout.payout_id)
            self.world.engine.refund(BANK.lower(), attempt.reference)
        look_again(self.p, self.world.providers, payout_id=self.payout.payout_id)

    def check(self) -> None:
        """The books, now."""
        held = {name: amount for name, amount in self.world.watch.held.items() if amount}
        payout = self.world.watch.payouts[self.payout.payout_id]
        claims = claims_of(self.p.table, self.who)
        (incentive,) = incentives_of(self.p.table, self.who)
        assert sum(held.values()) == 0
        assert not {f"IN_FLIGHT:{BANK}", f"RETURNED:{BANK}"} & held.keys()
        paid = payout.state is PayoutState.PAID
        assert held.get(f"PAID:{BANK}", 0) == (AMOUNT if paid and not claims else 0)
        assert held.get("CLAIMS", 0) == sum(claim.left for claim in claims) >= 0
        in_vain = sum(claim.repaid for claim in claims) if not paid else 0
        assert held.get("OWED", 0) == -in_vain
        for claim in claims:
            assert claim.repaid + claim.returned <= claim.amount
            assert (claim.left == 0) or paid, "what came back is not claimed"
            ended = incentive.state is IncentiveState.CLAWED_BACK
            assert ended == (claim.left == 0), incentive.state
        if not paid and not claims:
            assert incentive.state in (IncentiveState.PAYOUT_FAILED, IncentiveState.FORFEITED)

    def check_told(self) -> None:
        """Whoever is owed something has a case, and nobody else; a revoked membership has nothing left to be paid."""
        subjects = [subject for kind, subject in self.world.watch.cases if kind == "CLAIM_OVERPAID"]
        assert subjects == ([self.payout.payout_id] if self.world.watch.held["OWED"] else [])


@settings(max_examples=effort(40), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(EVENTS), max_size=7))
def test_in_any_order(events: list[str]) -> None:
    story = Story()
    for event in events:
        story.happen(event)
        story.check()
    story.follow()
    story.check()
    story.check_told()


@settings(max_examples=effort(40), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.sampled_from(EVENTS), max_size=3),
    st.sampled_from(EVENTS),
    st.sampled_from(EVENTS),
    st.integers(1, 26),
)
def test_into_each_others_midst(before: list[str], event: str, other: str, call: int) -> None:
    story = Story()
    for one in before:
        story.happen(one)
    story.into(event, other, call)
    story.follow()
    story.check()
    story.check_told()


@pytest.mark.parametrize("call", range(1, 27))
@pytest.mark.parametrize(("event", "other"), [("revoke", "return"), ("return", "revoke"), ("return", "repay a half")])
def test_a_return_at_every_call_of_a_claim_and_the_other_way_round(event: str, other: str, call: int) -> None:
    story = Story()
    if other == "repay a half":
        story.happen("revoke")
    story.into(event, other, call)
    story.check()
    story.follow()
    story.check()
    story.check_told()


@pytest.mark.parametrize(("repaid", "owed"), [((), 0), (("repay a third",), AMOUNT // 3), (("repay all",), AMOUNT)])
def test_what_comes_back_after_it_was_claimed(repaid: tuple[str, ...], owed: int) -> None:
    story = Story()
    for event in ("revoke", *repaid, "return"):
        story.happen(event)
    story.follow()
    (claim,) = claims_of(story.p.table, story.who)
    assert (claim.left, claim.returned, claim.repaid) == (0, AMOUNT - owed, owed)
    assert story.world.watch.held["OWED"] == -owed
    story.check()
    story.check_told()


def test_what_comes_back_from_the_dead_is_not_paid_again() -> None:
    story = Story()
    story.happen("die")
    story.happen("return")
    story.follow()
    (incentive,) = incentives_of(story.p.table, story.who)
    assert (incentive.state, claims_of(story.p.table, story.who)) == (IncentiveState.FORFEITED, [])
