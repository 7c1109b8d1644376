"""What a member is told about an incentive: what happened and when, what happens next and by when, in plain words. Pure.

"Paid" and "failed" are said only of states that were proven. What is not known is told as what it is: we are asking.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from prakerja.incentives import Incentive, IncentiveState, paid_by
from prakerja.payouts.model import Passed, Payout, PayoutState, Waits
from prakerja.payouts.reasons import advice
from prakerja.platform.clock import end_of_wib_day, wib

OFFICER_WITHIN = timedelta(days=1)
ASKED_UNTIL = (timedelta(days=1), 8)
"""An unknown outcome goes to a person on the next day, at this hour (WIB)."""
NAMES = {"BNI": "BNI", "BCA": "BCA", "OVO": "OVO", "GOPAY": "GoPay", "DANA": "DANA", "LINKAJA": "LinkAja"}
FROM_PROVIDER = "PSP_"
"""Reasons that begin so are the provider's own."""


@dataclass(frozen=True)
class Told:
    """Something that happened, or happens next: in Indonesian, in English; ``by`` is when it will have."""

    id: str
    en: str
    by: datetime | None = None

    def words(self, language: str) -> str:
        """In ``"id"`` or ``"en"``."""
        return self.en if language == "en" else self.id


@dataclass(frozen=True)
class Pause:
    """Why nothing is paid at the member's account now. ``until``: when that ends by itself, if it does."""

    waits: Waits
    until: datetime | None = None


_PASSED: dict[str, tuple[str, str]] = {
    "SEASON_OVER": ("Insentif hangus. {why}", "The incentive was forfeited. {why}"),
    "EARNED": ("Anda berhak atas insentif ini.", "You earned this incentive."),
    "DECLARED": ("Disiapkan untuk dibayar.", "Prepared for payment."),
    "QUEUED": ("Dua petugas melepas pembayaran.", "Two officers released the payment."),
    "DISPATCHING": ("Dikirim ke {provider}.", "Sent to {provider}."),
    "RESEND": ("{provider} belum menjalankannya; dikirim lagi.", "{provider} did not carry it out; it is sent again."),
    "UNKNOWN": (
        "{provider} belum memberi jawaban pasti; kami menanyakan.",
        "{provider} gave no definite answer; we are asking.",
    ),
    "HELD": ("Petugas memeriksa pembayaran ini.", "An officer looks into this payment."),
    "PARKED": ("Petugas memeriksa pembayaran ini.", "An officer looks into this payment."),
    "PAID": ("{provider} membayar.", "{provider} paid it."),
    "FAILED": ("Tidak dibayar. {why}", "Not paid. {why}"),
    "RETURNED": ("{provider} mengembalikan uangnya. {why}", "{provider} returned the money. {why}"),
    "CANCELLED": ("Pembayaran dibatalkan sebelum dikirim.", "The payment was cancelled before it was sent."),
}
NOW: dict[str, tuple[str, str]] = {
    "SCHEDULED": ("Dijadwalkan mulai {day}.", "Scheduled from {day}."),
    "IN_RUN": ("Sedang disiapkan untuk dibayar.", "Being prepared for payment."),
    "DECLARED": ("Menunggu persetujuan dua petugas.", "Waiting for two officers to release it."),
    "QUEUED": ("Dalam antrean pembayaran.", "In the queue for payment."),
    "DISPATCHING": ("Sedang dikirim ke {provider}.", "Being sent to {provider}."),
    "RESEND": ("Belum terkirim; dikirim lagi secara otomatis.", "Not sent yet; it is sent again by itself."),
    "REFUSED_FOR_NOW": (
        "Belum dibayar; dikirim lagi secara otomatis. {why}",
        "Not paid yet; it is sent again by itself. {why}",
    ),
    "UNKNOWN": (
        "{provider} belum memberi jawaban pasti; kami terus menanyakan. Anda tidak perlu berbuat apa-apa.",
        "{provider} has not given a definite answer; we keep asking. There is nothing for you to do.",
    ),
    "HELD": ("Sedang diperiksa petugas.", "An officer is looking into it."),
    "PARKED": ("Sedang diperiksa petugas.", "An officer is looking into it."),
    "PAID": ("Sudah dibayar. Referensi {provider}: {reference}.", "Paid. Reference at {provider}: {reference}."),
    "FAILED": ("Tidak dapat dibayar. {why}", "It could not be paid. {why}"),
    "RETURNED": ("Uang dikembalikan oleh {provider}. {why}", "{provider} returned the money. {why}"),
    "CANCELLED": ("Pembayaran dibatalkan sebelum dikirim.", "The payment was cancelled before it was sent."),
    "PAYOUT_FAILED": ("Tidak dapat dibayar. {why}", "It could not be paid. {why}"),
    "WITHHELD": ("Ditahan. {why}", "Withheld. {why}"),
    "FORFEITED": ("Tidak dibayarkan. {why}", "It is not paid. {why}"),
    "CLAWED_BACK": ("Sudah dikembalikan.", "Paid back."),
}
"""State of an incentive, or of its payout → how it stands."""

_PAUSED = {
    Waits.SHARED: (  # that others have it, too, is not said: nobody may try numbers here to learn who is paid where
        "Petugas memeriksa rekening ini sebelum dibayar. Bila tidak ingin menunggu, pilih rekening lain.",
        "An officer looks at this account before it is paid. Choose another one if you do not want to wait.",
    ),
    Waits.COOLING: (
        "Rekening baru: pembayaran ditahan 72 jam demi keamanan, lalu berjalan sendiri.",
        "A new account: for safety nothing is paid for 72 hours, then it goes on by itself.",
    ),
    Waits.UNLINKED: (
        "Tidak ada rekening tersambung, jadi belum dapat dibayar. Sambungkan rekening milik sendiri.",
        "No account is linked, so it cannot be paid yet. Link an account of your own.",
    ),
}
_NEXT: dict[str, tuple[str, str]] = {
    "SCHEDULED": (
        "Dana ditransfer 3–5 hari kerja setelah tanggal jadwal.",
        "The money is transferred 3–5 working days after the scheduled day.",
    ),
    "IN_RUN": ("Dua petugas melepas pembayaran.", "Two officers release the payment."),
    "DECLARED": ("Dua petugas melepas pembayaran.", "Two officers release the payment."),
    "QUEUED": ("Dikirim ke {provider}.", "It is sent to {provider}."),
    "DISPATCHING": ("{provider} menjawab.", "{provider} answers."),
    "RESEND": ("Dikirim lagi ke {provider}.", "It is sent to {provider} again."),
    "UNKNOWN": (
        "Kami menanyakan kepada {provider} sampai saat itu; sesudahnya petugas ikut menangani.",
        "We are asking {provider} until then; after that an officer takes part.",
    ),
    "HELD": ("Petugas memutuskan.", "An officer decides."),
    "PARKED": ("Petugas memutuskan.", "An officer decides."),
    "CANCELLED": ("Masuk ke pembayaran berikutnya bila masih berhak.", "The next payment takes it, if you are entitled."),
    "WITHHELD": (
        "Dijadwalkan lagi setelah instansi itu memperbaiki datanya.",
        "It is scheduled again once that agency has mended its data.",
    ),
    **dict.fromkeys(
        ("FAILED", "RETURNED", "PAYOUT_FAILED"),
        ("Perbaiki rekening atau pilih yang lain; lalu dijadwalkan lagi.", "Mend the account or choose another one; then it is scheduled again."),
    ),
}  # fmt: skip


def state_of(incentive: Incentive, payout: Payout | None) -> str:
    """The state that says how an incentive stands: its payout's as long as that is under way or decided."""
    follows_payout = incentive.state in (IncentiveState.IN_RUN, IncentiveState.PAID, IncentiveState.PAYOUT_FAILED)
    return str(payout.state if payout is not None and follows_payout else incentive.state)


def stands(incentive: Incentive, payout: Payout | None) -> Told:
    """How it stands, in a sentence."""
    provider = payout.provider if payout else ""
    reason = (payout.reason if payout else None) or incentive.reason
    state = state_of(incentive, payout)
    return _told(
        NOW["REFUSED_FOR_NOW" if state == PayoutState.RESEND and reason else state],
        provider,
        reason,
        day=incentive.scheduled_on.isoformat(),
        reference=(payout.provider_reference if payout else None) or "-",
    )


def passed(incentive: Incentive, payout: Payout | None) -> Iterator[tuple[datetime, Told]]:
    """What happened and when, oldest first."""
    first = "EARNED" if incentive.was_earned else "SEASON_OVER"
    yield incentive.earned_at, _told(_PASSED[first], "", incentive.reason)
    for step in payout.history if payout else ():
        yield step.at, _told(_PASSED[step.state], step.provider, step.reason)


def following(incentive: Incentive, payout: Payout | None, pause: Pause | None) -> Told | None:
    """What happens next, and by when; None if all is done."""
    state = state_of(incentive, payout)
    if state not in _NEXT:
        return None
    waits = state in ("SCHEDULED", "QUEUED", "CANCELLED")
    if pause is not None and waits:
        return _told(_PAUSED[pause.waits], "", None, pause.until)
    return _told(_NEXT[state], payout.provider if payout else "", None, _by(state, incentive, payout))


def _by(state: str, incentive: Incentive, payout: Payout | None) -> datetime | None:
    since = _last(payout.history, state) if payout else None
    if state in ("SCHEDULED", "IN_RUN", "DECLARED", "QUEUED"):
        return end_of_wib_day(paid_by(incentive.scheduled_on))
    if state == PayoutState.UNKNOWN and since is not None:
        return asked_until(since)
    if state in (PayoutState.HELD, PayoutState.PARKED) and since is not None:
        return since + OFFICER_WITHIN
    return None


def asked_until(since: datetime) -> datetime:
    """Until when a provider alone is asked about an outcome that is unknown ``since``."""
    day, hour = wib(since) + ASKED_UNTIL[0], ASKED_UNTIL[1]
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


def provider_name(provider: str) -> str:
    """As its owner writes it."""
    return NAMES.get(provider, provider)


def _last(history: tuple[Passed, ...], state: str) -> datetime | None:
    return next((step.at for step in reversed(history) if step.state == state), None)


def _told(texts: tuple[str, str], provider: str, reason: str | None, by: datetime | None = None, **facts: str) -> Told:
    name = provider_name(provider)
    says = {"id": f"{name} menyatakan: ", "en": f"{name} says: "}
    because = reason is not None and reason.startswith(FROM_PROVIDER) and name
    why = dict(zip(("id", "en"), advice(reason or ""), strict=True))
    words = [
        text.format(provider=name, why=(says[language] if because else "") + why[language], **facts)
        for language, text in zip(("id", "en"), texts, strict=True)
    ]
    return Told(words[0], words[1], by)
