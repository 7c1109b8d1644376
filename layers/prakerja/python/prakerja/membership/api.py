"""What a member sees of their membership."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from prakerja.membership.model import Membership, MembershipState, RevocationReason
from prakerja.platform.clock import wib
from prakerja.platform.validation import Body, View


class MembershipView(View):
    """A membership as its holder sees it; times in WIB."""

    card_number: str = Field(
        description="16 digits; a platform asks for it when you buy", examples=["8123456789012345"]
    )
    state: MembershipState
    wave_id: str
    scheme: str = Field(examples=["NORMAL_2023"])
    decreed_at: datetime
    first_purchase_until: date = Field(description="last day (23:59 WIB) to buy the first course")
    account_linked: bool
    open_purchase_id: str | None = Field(description="the course to be finished before the next one is bought")
    completed_count: int

    @classmethod
    def of(cls, membership: Membership) -> MembershipView:
        """The view of a membership."""
        return cls(
            card_number=membership.card_number,
            state=membership.state,
            wave_id=membership.wave_id,
            scheme=membership.scheme_name,
            decreed_at=wib(membership.decreed_at),
            first_purchase_until=membership.last_purchase_day,
            account_linked=membership.account_linked,
            open_purchase_id=membership.open_purchase_id,
            completed_count=membership.completed_count,
        )


class NewRevocation(Body):
    """Why a membership must end, and what shows it."""

    reason: RevocationReason
    evidence_reference: Annotated[
        str, Field(pattern=r"^[\x20-\x7e]{4,80}$", examples=["audit 2026/117"], description="what shows it")
    ]
