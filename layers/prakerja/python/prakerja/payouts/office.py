"""What operators send and see about single payouts and channels."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from prakerja.payouts.channels import Cause, Channel, Flow
from prakerja.payouts.decisions import Verdict
from prakerja.payouts.destination import Account, payable
from prakerja.payouts.model import Attempt, Payout, PayoutState, Waits
from prakerja.platform.evidence import Fact
from prakerja.platform.rupiah import Rupiah


class AttemptRow(BaseModel):
    """One instruction to a provider, and what is known of it."""

    number: int
    provider: str
    service: str = Field(examples=["38"])
    reference: str = Field(examples=["P26046ABCDEFGHIJKL01"])
    prepared_at: AwareDatetime
    sent_at: AwareDatetime
    sends: int
    inquiries: int
    code: str | None = Field(description="the provider's last response code")
    unknown_since: AwareDatetime | None
    overdue: bool
    doubted_since: AwareDatetime | None = Field(description="the provider said that it came back after it was paid")
    result: PayoutState | None = Field(description="once it is proven")

    @classmethod
    def of(cls, attempt: Attempt) -> AttemptRow:
        return cls.model_validate(attempt, from_attributes=True)


class PayoutRow(BaseModel):
    """One payment to one member, who appears by pseudonymous id only."""

    payout_id: str
    run_id: str
    person_id: str
    provider: str
    amount: Rupiah
    state: PayoutState
    attempt: int
    reason: str | None
    provider_reference: str | None

    @classmethod
    def of(cls, payout: Payout) -> PayoutRow:
        return cls.model_validate(payout, from_attributes=True)


class PayoutList(BaseModel):
    """Payouts that need a person; ``next`` is the cursor of the next page."""

    payouts: list[PayoutRow]
    next: str | None


class FactView(BaseModel):
    """A piece of evidence: what happened, when (UTC), and what is known of it. Names and numbers are masked."""

    at: str
    kind: str
    facts: dict[str, Any]


class PayoutDetail(PayoutRow):
    """A payout with its attempts and its evidence, latest first."""

    waits_for: Waits | None = Field(description="why its member's account may not be paid now, if it is to be sent")
    attempts: list[AttemptRow]
    evidence: list[FactView]

    @classmethod
    def made_of(
        cls, payout: Payout, account: Account | None, attempts: list[Attempt], facts: list[Fact], now: datetime
    ) -> PayoutDetail:
        """``account``: the member's; ``now``: wall clock."""
        return cls(
            **PayoutRow.of(payout).model_dump(),
            waits_for=payable(account, now) if payout.state is PayoutState.QUEUED else None,
            attempts=[AttemptRow.of(attempt) for attempt in attempts],
            evidence=[FactView(at=fact.at, kind=fact.kind, facts=fact.facts) for fact in facts],
        )


class NewVerdict(BaseModel):
    """How the present attempt ended, and what shows it."""

    model_config = ConfigDict(extra="forbid")

    verdict: Verdict
    evidence_reference: Annotated[str, Field(pattern=r"^[A-Za-z0-9 .:_/-]{4,80}$", examples=["report BNI 2026-02-17"])]


class NewStop(BaseModel):
    """Why a channel is stopped."""

    model_config = ConfigDict(extra="forbid")

    because: Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{4,200}$", examples=["the bank reports double bookings"])]


class ChannelView(BaseModel):
    """Whether a provider is sent to. ``ALL`` is the switch of all of them."""

    provider: str = Field(examples=["BNI"])
    flow: Flow
    stopped_by: str | None
    stopped_at: AwareDatetime | None
    stopped_because: str | None
    open_until: AwareDatetime | None = Field(description="the breaker is open; then one payout tries")
    cause: Cause | None
    code: str | None = Field(description="the response code that opened the breaker")

    @classmethod
    def of(cls, channel: Channel, now: datetime) -> ChannelView:
        known = {name: getattr(channel, name) for name in cls.model_fields if name != "flow"}
        return cls(flow=channel.flow(now), **known)
