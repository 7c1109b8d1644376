"""What members and operators see and send about memberships."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from prakerja.membership.deadlines import Extension, reminder_days
from prakerja.membership.model import HardshipReason, Membership, MembershipState, RevocationReason, Scheme
from prakerja.membership.seasons import Season, last_day
from prakerja.platform.clock import day_text, wib
from prakerja.platform.validation import Body, Day, View

_BUY_BY = {
    "id": "Beli pelatihan pertama paling lambat {day}, 23.59 WIB.",
    "en": "Buy your first course by {day}, 23:59 WIB.",
}
_ENDED: dict[str, tuple[str, str]] = {
    MembershipState.COMPLETED: (
        "Musim program sudah berakhir, dan Anda telah menyelesaikan pelatihan.",
        "The season is over, and you have completed training.",
    ),
    MembershipState.CLOSED: (
        "Musim program sudah berakhir.",
        "The season is over.",
    ),
    RevocationReason.NO_FIRST_PURCHASE: (
        "Kepesertaan dicabut: tidak ada pelatihan yang dibeli sampai batas waktu.",
        "The membership was revoked: no course was bought by the deadline.",
    ),
    MembershipState.REVOKED: (
        "Kepesertaan dicabut. Hubungi layanan bantuan untuk penjelasan.",
        "The membership was revoked. Ask the help desk why.",
    ),
}
"""State, or reason of a revocation that may be told here → Indonesian, English."""


class SeasonView(View):
    """The cut-offs of a season: last days, each until 23:59 WIB."""

    year: int
    buy_until: date
    finish_until: date = Field(description="what is completed later does not earn the incentive")
    review_until: date = Field(description="to review the first course and to link an account")
    source: str

    @classmethod
    def of(cls, season: Season) -> SeasonView:
        """The view of a season."""
        return cls(
            year=season.year,
            buy_until=last_day(season.buy_until),
            finish_until=last_day(season.finish_by),
            review_until=last_day(season.review_by),
            source=season.source,
        )


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
    buy_by: str | None = Field(
        description="the same in words, as long as nothing was bought",
        examples=["Beli pelatihan pertama paling lambat 29 Januari 2026, 23.59 WIB."],
    )
    reminded_on: list[date] = Field(description="days on which you are reminded, as long as nothing was bought")
    extended_for: HardshipReason | None = Field(description="why you were given more time, if you were")
    season: SeasonView | None = Field(description="absent: your year has no cut-off")
    ended_because: str | None = Field(description="why the membership is over, once it is")
    account_linked: bool
    open_purchase_id: str | None = Field(description="the course to be finished before the next one is bought")
    completed_count: int

    @classmethod
    def of(cls, membership: Membership, scheme: Scheme, season: Season | None, language: str = "id") -> MembershipView:
        """The view of a membership under its scheme and its season."""
        waits = membership.state is MembershipState.ACTIVE_UNPURCHASED
        last = membership.last_purchase_day
        ended = _ENDED.get(membership.revoked_for or "", _ENDED.get(membership.state))
        return cls(
            card_number=membership.card_number,
            state=membership.state,
            wave_id=membership.wave_id,
            scheme=membership.scheme_name,
            decreed_at=wib(membership.decreed_at),
            first_purchase_until=last,
            buy_by=_BUY_BY[language].format(day=day_text(last, language)) if waits else None,
            reminded_on=reminder_days(membership, scheme) if waits else [],
            extended_for=membership.extended_for,
            season=SeasonView.of(season) if season else None,
            ended_because=ended[language == "en"] if ended else None,
            account_linked=membership.account_linked,
            open_purchase_id=membership.open_purchase_id,
            completed_count=membership.completed_count,
        )


class MembershipStanding(View):
    """A membership as operators see it: no card number, nothing personal."""

    person_id: str
    state: MembershipState
    wave_id: str
    scheme: str
    scheme_version: int
    decreed_at: AwareDatetime
    first_purchase_until: date = Field(description="last day (23:59 WIB)")
    extended_for: HardshipReason | None
    revoked_for: RevocationReason | None
    ended_at: AwareDatetime | None
    completed_count: int

    @classmethod
    def of(cls, membership: Membership) -> MembershipStanding:
        """The view of a membership."""
        ended_at = membership.revoked_at or membership.closed_at
        return cls(
            person_id=membership.person_id,
            state=membership.state,
            wave_id=membership.wave_id,
            scheme=membership.scheme_name,
            scheme_version=membership.scheme_version,
            decreed_at=wib(membership.decreed_at),
            first_purchase_until=membership.last_purchase_day,
            extended_for=membership.extended_for,
            revoked_for=membership.revoked_for,
            ended_at=wib(ended_at) if ended_at else None,
            completed_count=membership.completed_count,
        )


Proof = Annotated[str, Field(pattern=r"^[\x20-\x7e]{4,80}$", examples=["audit 2026/117"], description="what shows it")]


class NewRevocation(Body):
    """Why a membership must end, and what shows it."""

    reason: Literal[RevocationReason.FRAUD, RevocationReason.INELIGIBLE, RevocationReason.DECEASED]
    evidence_reference: Proof


class NewExtension(Body):
    """Why a member needs more time for the first purchase, until when, and what shows it."""

    reason: HardshipReason
    last_day: Day = Field(examples=["2026-02-12"], description="the new last day (WIB, until 23:59)")
    evidence_reference: Proof

    def of(self, person_id: str, now: datetime) -> Extension:
        """The proposal about a person."""
        return Extension(person_id, self.reason, self.evidence_reference, self.last_day, now)
