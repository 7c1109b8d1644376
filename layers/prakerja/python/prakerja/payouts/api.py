"""What members and operators send and see about accounts, payouts and runs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from prakerja.incentives import Incentive, IncentiveState, Missing, Wanted, words
from prakerja.membership import last_day
from prakerja.payouts.answers import NameMatch
from prakerja.payouts.destination import Account, Proof, payable
from prakerja.payouts.model import Attempt, Payout, PayoutState, Waits
from prakerja.payouts.runs import PayoutRun, ProviderSum, RunState
from prakerja.payouts.timeline import Pause, Told, following, passed, stands
from prakerja.platform.clock import day_text, wib
from prakerja.platform.rupiah import Rupiah, rupiah_text
from prakerja.platform.validation import Body, Day, View


class NewAccount(Body):
    """Where the incentive is to be paid. A wallet's number is your own phone number."""

    provider: Annotated[str, Field(pattern=r"^[A-Z]{2,20}$", examples=["LINKAJA"])]
    number: Annotated[str, Field(pattern=r"^\d{6,34}$", examples=["081234567890"])]
    confirmation_id: Annotated[
        str | None,
        Field(
            pattern=r"^[0-9a-f-]{36}$",
            description="Only in place of another account: from POST /v1/contacts/confirmations.",
            examples=[None],
        ),
    ] = None


class AccountView(View):
    """The linked account; only the last digits are shown."""

    provider: str
    number: str = Field(examples=["••••••••7890"])
    name_match: NameMatch
    proof: Proof = Field(description="PROVEN: the provider confirmed that the holder has your NIK.")
    linked_at: AwareDatetime
    waits: Waits | None = Field(default=None, description="why nothing is paid there for some hours")
    payable_from: AwareDatetime | None = Field(
        default=None, description="of a changed account: until then nothing is paid, and the change can be cancelled"
    )

    @classmethod
    def of(cls, account: Account, now: datetime) -> AccountView:
        cooling = payable(account, now) is Waits.COOLING  # what else it may wait for is the office's business
        return cls(
            provider=account.provider,
            number=account.masked,
            name_match=account.name_match,
            proof=account.proof,
            linked_at=wib(account.linked_at),
            waits=Waits.COOLING if cooling else None,
            payable_from=wib(account.payable_from) if account.payable_from and cooling else None,
        )


class StepView(View):
    """Something that happened."""

    at: AwareDatetime
    text: str = Field(examples=["Dikirim ke LinkAja."])

    @classmethod
    def of(cls, at: datetime, told: Told, language: str) -> StepView:
        return cls(at=wib(at), text=told.words(language))


class NextView(View):
    """What happens next, and by when (absent: nobody can say)."""

    text: str = Field(examples=["Kami menanyakan kepada LinkAja sampai saat itu; sesudahnya petugas ikut menangani."])
    by: AwareDatetime | None = None

    @classmethod
    def of(cls, told: Told, language: str) -> NextView:
        return cls(text=told.words(language), by=wib(told.by) if told.by else None)


class IncentiveView(View):
    """One incentive: how far it is, in words, and what the provider's help desk can find it by."""

    kind: str = Field(examples=["JOB_SEARCH"])
    number: int
    amount: Rupiah
    state: IncentiveState
    payout: PayoutState | None = None
    payout_id: str | None = Field(default=None, examples=["0d5f5a6b-7c8d-5f0e-9f4f-5f0c5b0e6d0b"])
    scheduled_on: date
    explanation: str
    reason: str | None = None
    provider: str | None = None
    provider_reference: str | None = None
    timeline: list[StepView]
    next: NextView | None = None

    @classmethod
    def of(
        cls, incentive: Incentive, payout: Payout | None, account: Account | None, now: datetime, language: str
    ) -> IncentiveView:
        """``account``: the linked one; ``now``: wall clock, by which it may be paid or not."""
        then = following(incentive, payout, pause_of(account, now))
        return cls(
            kind=incentive.kind,
            number=incentive.number,
            amount=incentive.amount,
            state=incentive.state,
            payout=payout.state if payout else None,
            payout_id=payout.payout_id if payout else None,
            scheduled_on=incentive.scheduled_on,
            explanation=stands(incentive, payout).words(language),
            reason=incentive.reason,
            provider=payout.provider if payout else None,
            provider_reference=payout.provider_reference if payout else None,
            timeline=[StepView.of(at, told, language) for at, told in passed(incentive, payout)],
            next=NextView.of(then, language) if then else None,
        )


_BY = {
    ("id", False): "Paling lambat {day}, 23.59 WIB.",
    ("id", True): "Batas waktunya sudah lewat: {day}, 23.59 WIB.",
    ("en", False): "By {day}, 23:59 WIB.",
    ("en", True): "The time for it was over on {day}, 23:59 WIB.",
}
"""Language, whether it is over → until when."""


class MissingView(View):
    """A condition that is not met yet, and what to do about it."""

    condition: Missing
    text: str = Field(examples=["Beri penilaian dan ulasan untuk pelatihan pertama."])
    until: date | None = Field(
        default=None, description="last day (23:59 WIB) on which it counts; absent: no end is set"
    )
    is_over: bool = Field(default=False, description="that day has passed: it cannot be met any more")

    @classmethod
    def of(cls, wanted: Wanted, language: str) -> MissingView:
        told = words(wanted.missing)[language == "en"]
        last = last_day(wanted.until) if wanted.until else None
        if last is not None:
            told = f"{told} {_BY[language, wanted.is_over].format(day=day_text(last, language))}"
        return cls(condition=wanted.missing, text=told, until=last, is_over=wanted.is_over)


class IncentivesView(View):
    """What was earned; or what is still missing to earn the first."""

    incentives: list[IncentiveView]
    missing: list[MissingView] = Field(description="empty once an incentive is earned")


class AttemptView(View):
    """One instruction to a provider. Its help desk finds it by ``reference``."""

    number: int
    provider: str
    reference: str = Field(examples=["P26015ABCDEFGHIJKL01"])
    sent_at: AwareDatetime

    @classmethod
    def of(cls, attempt: Attempt) -> AttemptView:
        return cls(
            number=attempt.number,
            provider=attempt.provider,
            reference=attempt.reference,
            sent_at=wib(attempt.prepared_at),
        )


class PayoutView(View):
    """The payment of an incentive, with everything that was sent to a provider for it."""

    incentive: IncentiveView
    attempts: list[AttemptView]


def pause_of(account: Account | None, now: datetime) -> Pause | None:
    """Why nothing is paid at an account now, for its owner."""
    waits = payable(account, now)
    if waits is None:
        return None
    return Pause(waits, account.payable_from if account is not None and waits is Waits.COOLING else None)


class NewRun(Body):
    """Pay everything that is scheduled up to a day (WIB), inclusive."""

    scheduled_until: Day = Field(examples=["2026-02-17"])


class SumView(View):
    """What a run pays through one provider, as declared."""

    provider: str
    count: int
    amount: Rupiah
    amount_text: str

    @classmethod
    def of(cls, one: ProviderSum) -> SumView:
        return cls(provider=one.provider, count=one.count, amount=one.amount, amount_text=rupiah_text(one.amount))


class RunView(View):
    """A payout run: what it declares, and how far it is."""

    run_id: str
    scheduled_until: date
    state: RunState
    count: int = Field(description="payouts; declared once all are collected")
    amount: Rupiah
    amount_text: str = Field(examples=["Rp120.000.000"])
    content_hash: str = Field(description="SHA-256 over all (payout, amount): what two operators agree on")
    providers: list[SumView] = Field(description="the same by provider, as members were paid when the run took them")
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
            providers=[SumView.of(one) for one in run.sums],
            created_by=run.created_by,
            created_at=wib(run.created_at),
        )


class RunDetail(RunView):
    """A run, and how many of its payouts stand where."""

    progress: dict[PayoutState, int] | None = Field(
        description="payouts by state; absent for a run of more than 2000, whose progress the metrics tell"
    )

    @classmethod
    def made_of(cls, run: PayoutRun, progress: dict[PayoutState, int] | None) -> RunDetail:
        return cls(**RunView.of(run).model_dump(), progress=progress)
