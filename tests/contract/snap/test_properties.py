"""Whatever is replayed, lost or late: one credit per reference, books that add up, and no answer that lies."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from prakerja.gateways.http import OutsideUnavailable
from prakerja.payouts.answers import Outcome, PreparedRequest, TransferStatus
from sandbox.world.snap.menu import PLACES, Place
from tests.contract.snap.standin import AMOUNT, BY_THE_STANDARD, FUNDS, NUMBERS, SOURCE, Bank

WRONG_OR_BACK = {"pays_wrong_amount", "refund_later"}
TRUE_AT_INQUIRY = sorted(
    what
    for what, place in PLACES.items()
    if place is Place.CALL and not what.endswith("_at_inquiry") and what not in WRONG_OR_BACK
)
PAYOUTS = st.sampled_from([f"payout-{number}" for number in range(3)])
PROVEN_UNPAID = {Outcome.REJ, Outcome.FAIL, Outcome.STOP, Outcome.BUG}


class Payments(RuleBasedStateMachine):
    """Sends, re-sends and inquires at random while the provider misbehaves at random."""

    bank: Bank

    @initialize(name=st.sampled_from(BY_THE_STANDARD), dedup=st.sampled_from(["strict", "dana"]))
    def opening(self, name: str, dedup: str) -> None:
        self.bank = Bank.open(name)
        self.bank.engine.configure(name.lower(), dedup=dedup)
        self.prepared: dict[str, PreparedRequest] = {}
        self.doubtful: set[str] = set()

    @rule(payout=PAYOUTS)
    def send(self, payout: str) -> None:
        prepared = self.prepared.setdefault(payout, self.bank.prepare(payout))
        answer = self.bank.provider.send(prepared, self.bank.external_id())
        paid = self.credits(prepared)
        if answer.outcome is Outcome.OK:
            assert paid == 1, "success was claimed and nothing was paid"
        if answer.outcome in PROVEN_UNPAID and payout not in self.doubtful:
            assert paid == 0, f"{answer.code} was read as {answer.outcome}, yet it was paid"
        if answer.outcome not in PROVEN_UNPAID:
            self.doubtful.add(payout)

    @rule(payout=PAYOUTS)
    def inquire(self, payout: str) -> None:
        prepared = self.prepared.setdefault(payout, self.bank.prepare(payout))
        answer = self.bank.provider.inquire_transfer(prepared, self.bank.external_id())
        paid = self.credits(prepared)
        if answer.status is TransferStatus.PAID:
            assert paid == 1
        if answer.status in (TransferStatus.FAILED, TransferStatus.NOT_FOUND, TransferStatus.PENDING):
            assert paid == 0
        assert answer.status not in (TransferStatus.MISMATCH, TransferStatus.RETURNED)

    @rule(payout=PAYOUTS)
    def the_network_repeats(self, payout: str) -> None:
        """A copy of an old request arrives, byte for byte."""
        prepared = self.prepared.get(payout)
        copies = [sent for sent in self.bank.transport.sent if prepared and sent[2] == prepared.body]
        with suppress(OutsideUnavailable):
            for path, headers, body in copies[:1]:
                self.bank.transport.post(path, headers, body)

    @rule(
        what=st.sampled_from(TRUE_AT_INQUIRY), times=st.integers(1, 2), role=st.sampled_from(["", "transfer", "status"])
    )
    def break_something(self, what: str, times: int, role: str) -> None:
        self.bank.engine.add_fault(what, times=times, role=role)

    @rule()
    def mend_everything(self) -> None:
        self.bank.engine.faults.clear()

    @rule(seconds=st.sampled_from([1, 30, 61, 900, 86_400]))
    def wait(self, seconds: int) -> None:
        self.bank.clock.move(seconds=seconds)

    @invariant()
    def one_credit_per_reference_and_books_that_add_up(self) -> None:
        if not hasattr(self, "bank"):
            return
        books = self.bank.books()
        assert all(count == 1 for count in books["credits_by_reference"].values())
        assert books["source_accounts"] == {SOURCE: FUNDS - books["totals"]["rupiah"]}
        assert books["rupiah_by_account"] in ({}, {NUMBERS[self.bank.name]: AMOUNT * books["totals"]["credits"]})

    def credits(self, prepared: PreparedRequest) -> int:
        number: int = self.bank.books()["credits_by_reference"].get(prepared.reference, 0)
        return number


def test_payments() -> None:
    often = settings(max_examples=settings().max_examples // 4, stateful_step_count=25, deadline=None)
    run_state_machine_as_test(Payments, settings=often)


class WithoutDuplicateCheck(Payments):
    """The same game with a provider that forgets references: the property must not hold."""

    @initialize(name=st.just("BNI"), dedup=st.just("off"))
    def opening(self, name: str, dedup: str) -> None:
        super().opening(name, dedup)


def test_the_property_notices_a_double_credit() -> None:
    until_found = settings(
        max_examples=200, deadline=None, database=None, phases=[Phase.generate], report_multiple_bugs=False
    )
    with pytest.raises(AssertionError):
        run_state_machine_as_test(WithoutDuplicateCheck, settings=until_found)
