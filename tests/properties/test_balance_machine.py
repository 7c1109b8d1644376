"""Rupiah are conserved: any sequence of moves, repeats and stale writes over the real store leaves the books right.

Two judges: what each move was meant to do, and the ledger, whose transfers must add up to every bucket.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from moto import mock_aws

from prakerja.balance import (
    FORFEITED,
    FUND,
    AlreadyGranted,
    Balance,
    BalanceChanged,
    NotEnoughBalance,
    forfeit_parts,
    forfeit_unused_parts,
    grant_parts,
    ledger_totals,
    load_balance,
    member_account,
    post_parts,
    refund_parts,
    reserve_parts,
    spend_parts,
    spent_account,
    void_parts,
)
from prakerja.platform.clock import wib_date
from prakerja.platform.parts import Part
from tests.support.world import new_world

MEMBERS = st.sampled_from(["ani", "budi"])
AMOUNTS = st.one_of(st.integers(1, 400_000), st.sampled_from([1, 250_000, 1_000_000, 1_000_001]))
GRANT = 1_000_000
CHOICE = st.integers(0, 1000)
LP = "lp-a"


class BalanceMachine(RuleBasedStateMachine):
    """Two members, grants and courses; ``done`` keeps the parts of every committed move, to be sent again."""

    def open_world(self) -> None:
        self.mock = mock_aws()
        self.mock.start()
        self.world = new_world()
        self.done: list[tuple[Part, ...]] = []
        self.reserved: list[tuple[str, str, int]] = []
        self.spent: list[tuple[str, str, int]] = []
        self.courses = 0
        self.expected = {member: Counter[str]() for member in ("ani", "budi")}

    def teardown(self) -> None:
        if hasattr(self, "mock"):
            self.mock.stop()

    def balance(self, member: str) -> Balance:
        found = load_balance(self.world.table, member)
        assert found is not None
        return found

    def commit(self, parts: tuple[Part, ...], member: str, amount: int, source: str, target: str) -> None:
        """Commit a move, and note which bucket must have lost and which gained by it."""
        assert not self.world.table.commit(*parts).repeated
        self.done.append(parts)
        self.expected[member].update({target: amount, source: -amount})

    def course(self) -> str:
        self.courses += 1
        return f"course-{self.courses}"

    @initialize()
    def grant(self) -> None:
        self.open_world()
        for member in ("ani", "budi"):
            parts = grant_parts(member, GRANT, "wave-1", self.world.clock.programme())
            self.commit(parts, member, GRANT, "granted", "available")

    @rule(member=MEMBERS)
    def grant_again(self, member: str) -> None:
        """A decree delivered twice, on any later day, is a repeat; a second wave is refused."""
        now = self.world.clock.programme()
        assert self.world.table.commit(*grant_parts(member, GRANT, "wave-1", now)).repeated
        with pytest.raises(AlreadyGranted):
            self.world.table.commit(*grant_parts(member, GRANT, "wave-2", now))

    @rule(member=MEMBERS, amount=AMOUNTS, at_once=st.booleans())
    def buy(self, member: str, amount: int, at_once: bool) -> None:
        balance, course, now = self.balance(member), self.course(), self.world.clock.programme()
        if amount > balance.available:
            with pytest.raises(NotEnoughBalance):
                reserve_parts(balance, amount, course, now)
        elif at_once:
            self.commit(spend_parts(balance, amount, course, now, LP), member, amount, "available", "spent")
            self.spent.append((member, course, amount))
        else:
            self.commit(reserve_parts(balance, amount, course, now), member, amount, "available", "reserved")
            self.reserved.append((member, course, amount))

    @precondition(lambda self: self.reserved)
    @rule(end=st.sampled_from(["post", "void", "forfeit"]), choice=CHOICE)
    def end(self, end: str, choice: int) -> None:
        member, course, amount = self.reserved.pop(choice % len(self.reserved))
        balance, now = self.balance(member), self.world.clock.programme()
        if end == "post":
            self.commit(post_parts(balance, amount, course, now, LP), member, amount, "reserved", "spent")
        elif end == "void":
            self.commit(void_parts(balance, amount, course, now), member, amount, "reserved", "available")
        else:
            self.commit(forfeit_parts(balance, amount, course, now), member, amount, "reserved", "forfeited")

    @precondition(lambda self: self.spent)
    @rule(choice=CHOICE)
    def refund(self, choice: int) -> None:
        member, course, amount = self.spent.pop(choice % len(self.spent))
        parts = refund_parts(self.balance(member), amount, course, self.world.clock.programme(), LP)
        self.commit(parts, member, amount, "spent", "available")

    @rule(member=MEMBERS)
    def season_ends(self, member: str) -> None:
        balance = self.balance(member)
        if balance.available:
            parts = forfeit_unused_parts(balance, self.course(), self.world.clock.programme())
            self.commit(parts, member, balance.available, "available", "forfeited")

    @rule(choice=CHOICE)
    def the_same_again(self, choice: int) -> None:
        """A lost response or a second delivery: recognised, and nothing moves."""
        assert self.world.table.commit(*self.done[choice % len(self.done)]).repeated

    @rule(member=MEMBERS, amount=st.integers(1, 1000))
    def two_at_once(self, member: str, amount: int) -> None:
        """Two commands read the same balance: one is first, the other must read again."""
        balance, now = self.balance(member), self.world.clock.programme()
        if balance.available >= amount:
            course = self.course()
            self.commit(reserve_parts(balance, amount, course, now), member, amount, "available", "reserved")
            self.reserved.append((member, course, amount))
            with pytest.raises(BalanceChanged):
                self.world.table.commit(*reserve_parts(balance, amount, self.course(), now))

    @rule()
    def the_day_is_closed(self) -> None:
        """The totals of a day are those of its transfers, and what leaves one account arrives at another."""
        today = wib_date(self.world.clock.programme())
        totals = ledger_totals(self.world.table, today)
        amounts = [item["amount"] for item in self.transfers() if item["pk"].startswith(f"LEDGER#{today}#")]
        assert (totals.transfers, totals.amount) == (len(amounts), sum(amounts))
        assert sum(totals.debits.values()) == totals.amount
        self.world.clock.move(days=1)

    @invariant()
    def the_ledger_explains_every_rupiah(self) -> None:
        if not hasattr(self, "world"):
            return
        net: Counter[str] = Counter()
        transfers = self.transfers()
        assert len(transfers) == len(self.done)
        for transfer in transfers:
            net[transfer["debit"]] -= transfer["amount"]
            net[transfer["credit"]] += transfer["amount"]
        balances = [self.balance(member) for member in ("ani", "budi")]
        for balance in balances:
            for bucket in ("available", "reserved", "spent", "forfeited"):
                assert getattr(balance, bucket) == self.expected[balance.person_id][bucket]
            assert balance.granted == -self.expected[balance.person_id]["granted"]
            assert net[member_account(balance.person_id, "available")] == balance.available
            assert net[member_account(balance.person_id, "reserved")] == balance.reserved
        assert net[spent_account(LP)] == sum(balance.spent for balance in balances)
        assert net[FORFEITED] == sum(balance.forfeited for balance in balances)
        assert -net[FUND] == sum(balance.granted for balance in balances)

    def transfers(self) -> list[dict[str, Any]]:
        return [item for item in self.world.items("programme") if item["pk"].startswith("LEDGER#")]


BalanceMachine.TestCase.settings = settings(
    max_examples=16, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
TestBalance = BalanceMachine.TestCase
