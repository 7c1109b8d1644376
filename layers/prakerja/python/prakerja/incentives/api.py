"""What operators send and see about claims."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, Field, Strict

from prakerja.incentives.model import Claim
from prakerja.platform.clock import wib
from prakerja.platform.rupiah import Rupiah, rupiah_text
from prakerja.platform.validation import Body, View


class NewRepayment(Body):
    """Money that came back."""

    amount: Annotated[int, Strict(), Field(gt=0, le=100_000_000, examples=[200000])]
    reference: Annotated[
        str, Field(pattern=r"^[\x20-\x7e]{4,80}$", examples=["BNI 20260402 0042"], description="the bank's")
    ]


class ClaimView(View):
    """An incentive that must be paid back."""

    kind: str
    number: int
    payout_id: str
    amount: Rupiah
    repaid: Rupiah
    returned: Rupiah = Field(0, description="came back from the provider: it was never kept")
    left: Rupiah
    left_text: str = Field(examples=["Rp400.000"])
    due_on: date = Field(description="last day (WIB) to pay it back")
    overdue: bool
    claimed_at: AwareDatetime

    @classmethod
    def of(cls, claim: Claim) -> ClaimView:
        return cls(
            kind=claim.kind,
            number=claim.number,
            payout_id=claim.payout_id,
            amount=claim.amount,
            repaid=claim.repaid,
            returned=claim.returned,
            left=claim.left,
            left_text=rupiah_text(claim.left),
            due_on=claim.due_on,
            overdue=claim.overdue,
            claimed_at=wib(claim.claimed_at),
        )
