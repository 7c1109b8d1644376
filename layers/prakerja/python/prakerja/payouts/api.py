"""What members and operators send and see about accounts, payouts and runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, Field

from prakerja.incentives import Incentive, IncentiveState
from prakerja.payouts.answers import NameMatch
from prakerja.payouts.model import Account, Payout, PayoutState
from prakerja.payouts.reasons import advice
from prakerja.payouts.runs import PayoutRun, RunState
from prakerja.platform.clock import wib
from prakerja.platform.rupiah import Rupiah, rupiah_text
from prakerja.platform.validation import Body, Day, View


class NewAccount(Body):
    """Where the incentive is to be paid. A wallet's number is your own phone number."""

    provider: Annotated[str, Field(pattern=r"^[A-Z]{2,20}$", examples=["LINKAJA"])]
    number: Annotated[str, Field(pattern=r"^\d{6,34}$", examples=["081234567890"])]


class AccountView(View):
    """The linked account; only the last digits are shown."""

    provider: str
    number: str = Field(examples=["••••••••7890"])
    name_match: NameMatch
    linked_at: AwareDatetime

    @classmethod
    def of(cls, account: Account) -> AccountView:
        return cls(
            provider=account.provider,
            number=account.masked,
            name_match=account.name_match,
            linked_at=wib(account.linked_at),
        )


WORDS: dict[str, tuple[str, str]] = {
    "SCHEDULED": ("Dijadwalkan mulai {day}.", "Scheduled from {day}."),
    "IN_RUN": ("Sedang disiapkan untuk dibayar.", "Being prepared for payment."),
    "DECLARED": ("Menunggu persetujuan dua petugas.", "Waiting for two officers to release it."),
    "QUEUED": ("Dalam antrean pembayaran.", "In the queue for payment."),
    "DISPATCHING": ("Sedang dikirim ke {provider}.", "Being sent to {provider}."),
    "RESEND": ("Belum terkirim; dikirim lagi secara otomatis.", "Not sent yet; it is sent again by itself."),
    "UNKNOWN": (
        "{provider} belum memberi jawaban pasti; kami terus menanyakan. Anda tidak perlu berbuat apa-apa.",
        "{provider} has not given a definite answer; we keep asking. There is nothing for you to do.",
    ),
    "HELD": ("Sedang diperiksa petugas.", "An officer is looking into it."),
    "PARKED": ("Sedang diperiksa petugas.", "An officer is looking into it."),
    "PAID": ("Sudah dibayar. Referensi {provider}: {reference}.", "Paid. Reference at {provider}: {reference}."),
    "FAILED": ("Tidak dapat dibayar. {advice}", "It could not be paid. {advice}"),
    "RETURNED": ("Uang dikembalikan oleh {provider}. {advice}", "{provider} returned the money. {advice}"),
    "PAYOUT_FAILED": ("Tidak dapat dibayar. {advice}", "It could not be paid. {advice}"),
}


class IncentiveView(View):
    """One incentive: how far it is, in words, and what the provider's help desk can find it by."""

    kind: str = Field(examples=["JOB_SEARCH"])
    number: int
    amount: Rupiah
    state: IncentiveState
    payout: PayoutState | None = None
    scheduled_on: date
    explanation: str
    reason: str | None = None
    provider: str | None = None
    provider_reference: str | None = None

    @classmethod
    def of(cls, incentive: Incentive, payout: Payout | None, language: str) -> IncentiveView:
        english = language == "en"
        indonesian_advice, english_advice = advice(incentive.reason or "")
        words = WORDS[str(payout.state if payout else incentive.state)][english]
        return cls(
            kind=incentive.kind,
            number=incentive.number,
            amount=incentive.amount,
            state=incentive.state,
            payout=payout.state if payout else None,
            scheduled_on=incentive.scheduled_on,
            explanation=words.format(
                day=incentive.scheduled_on.isoformat(),
                provider=payout.provider if payout else "",
                reference=(payout.provider_reference if payout else None) or "-",
                advice=english_advice if english else indonesian_advice,
            ),
            reason=incentive.reason,
            provider=payout.provider if payout else None,
            provider_reference=payout.provider_reference if payout else None,
        )


class NewRun(Body):
    """Pay everything that is scheduled up to a day (WIB), inclusive."""

    scheduled_until: Day = Field(examples=["2026-02-17"])


class RunView(View):
    """A payout run: what it declares, and how far it is."""

    run_id: str
    scheduled_until: date
    state: RunState
    count: int = Field(description="payouts; declared once all are collected")
    amount: Rupiah
    amount_text: str = Field(examples=["Rp120.000.000"])
    content_hash: str = Field(description="SHA-256 over all (payout, amount): what two operators agree on")
    created_by: str
    created_at: AwareDatetime

    @classmethod
    def of(cls, run: PayoutRun) -> RunView:
        return cls(
            run_id=run.run_id,
            scheduled_until=run.scheduled_until,
            state=run.state,
            count=run.count,
            amount=run.amount,
            amount_text=rupiah_text(run.amount),
            content_hash=run.content_hash,
            created_by=run.created_by,
            created_at=wib(run.created_at),
        )


class LedgerView(View):
    """A day's bookings (WIB), recomputed from its transfers: rupiah by class of account."""

    day: date
    transfers: int
    debits: Mapping[str, int]
    credits: Mapping[str, int]
