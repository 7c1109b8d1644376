"""What payouts publish."""

from __future__ import annotations

from datetime import date

from prakerja.platform.outbox import Message


class AccountLinked(Message):
    """A member can be paid now: look again whether an incentive is earned."""

    topic = "payouts.account_linked.v1"
    queue = "schedule_incentive"

    person_id: str


class AccountReady(Message):
    """A member's account may be paid from now on, which it could not before: what waited for it goes on."""

    topic = "payouts.account_ready.v1"
    queue = "prepare_payouts"

    person_id: str


class RunStarted(Message):
    """Collect what is due into a run (again, until nothing is left)."""

    topic = "payouts.run_started.v1"
    queue = "prepare_payouts"

    run_id: str


class RunApproved(Message):
    """Two operators released a run."""

    topic = "payouts.run_approved.v1"
    queue = "prepare_payouts"

    run_id: str
    approval_id: str


class ShardReleased(Message):
    """Queue the payouts of one shard of a released run."""

    topic = "payouts.shard_released.v1"
    queue = "prepare_payouts"

    run_id: str
    shard: str


class ShardWithdrawn(Message):
    """Cancel the payouts of one shard of a withdrawn run."""

    topic = "payouts.shard_withdrawn.v1"
    queue = "prepare_payouts"

    run_id: str
    shard: str


class PayoutQueued(Message):
    """Send a payout. Each provider has a queue of its own, so that none waits behind another."""

    topic = "payouts.queued.v1"
    queue = "send_payout"

    payout_id: str
    provider: str

    def queues(self) -> tuple[str, ...]:
        return (f"send_payout_{self.provider.lower()}",)


class PayoutUnknown(Message):
    """Ask the provider what became of a payout."""

    topic = "payouts.unknown.v1"
    queue = "inquire_payout"

    payout_id: str


class PayoutToldOf(Message):
    """A provider called back about a payout: ask it now."""

    topic = "payouts.told_of.v1"
    queue = "inquire_payout"

    payout_id: str


class PayoutSaidReturned(Message):
    """A provider's statement has a return of an attempt: ask it, until it says so itself or a day is over."""

    topic = "payouts.said_returned.v1"
    queue = "inquire_payout"

    payout_id: str
    attempt: int


class VerdictApproved(Message):
    """Two operators agreed how an attempt ended."""

    topic = "payouts.verdict_approved.v1"
    queue = "inquire_payout"

    payout_id: str
    approval_id: str


class ChannelStartApproved(Message):
    """Two operators agreed to start a stopped channel again."""

    topic = "payouts.channel_start_approved.v1"
    queue = "prepare_payouts"

    provider: str
    approval_id: str


class InFlightToCompare(Message):
    """Compare what the ledger had in flight at the end of a day (WIB) with the attempts that were open then, once more."""

    topic = "payouts.in_flight_to_compare.v1"
    queue = "reconcile_payouts"

    day: date
    attempt: int
    facts: dict[str, int]
    """What the look before found: provider → rupiah that the ledger has more."""


class DayToReconcile(Message):
    """Compare a provider's day (WIB) with its statement or settlement file."""

    topic = "payouts.day_to_reconcile.v1"
    queue = "reconcile_payouts"

    provider: str
    day: date
