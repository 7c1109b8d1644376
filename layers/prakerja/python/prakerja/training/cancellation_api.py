"""What operators send and see when they cancel purchases or untie accounts, and the accounts that members see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from prakerja.membership import Membership
from prakerja.platform.validation import Body, View
from prakerja.training.model.cancellation import CancellationReason, CancelledShard

EvidenceReference = Annotated[
    str, Field(pattern=r"^[\x20-\x7e]{4,80}$", examples=["letter LPK 2026/31"], description="what shows it")
]


class NewCancellation(Body):
    """Why a purchase or a schedule must be cancelled, and what shows it."""

    reason: CancellationReason
    evidence_reference: EvidenceReference


class Progress(View):
    """How far the cancelling of a schedule has come."""

    cancelled: int = Field(description="purchases cancelled so far")
    is_done: bool = Field(description="false also before another operator has agreed")

    @classmethod
    def of(cls, shards: Sequence[CancelledShard]) -> Progress:
        """The sum over all shards."""
        return cls(
            cancelled=sum(shard.cancelled for shard in shards),
            is_done=bool(shards) and all(shard.is_done for shard in shards),
        )


class AccountRelease(Body):
    """Which account is to be untied, and what shows why."""

    user_platform_id: Annotated[str, Field(pattern=r"^[^#{}\x00-\x1f\x7f]{1,64}$", examples=["user-42"])]
    evidence_reference: EvidenceReference


class PlatformAccountView(View):
    """An account at a platform that your card is tied to since it first bought there."""

    platform: str = Field(description="client code of the platform", examples=["toko"])
    user_platform_id: str = Field(description="the account, as the platform names it")

    @classmethod
    def of(cls, membership: Membership) -> list[PlatformAccountView]:
        """All of a member, by platform."""
        tied = membership.platform_accounts or {}
        return [cls(platform=platform, user_platform_id=account) for platform, account in sorted(tied.items())]
