"""What a member is told about a purchase: what happened and when, what to do next and by when, in plain words. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from prakerja.training.model.catalogue import POST_TEST
from prakerja.training.model.learning import finish_by, missing_of
from prakerja.training.model.purchase import Purchase, PurchaseState, RedeemCode


@dataclass(frozen=True)
class Told:
    """Something that happened ``at`` a time, or is to be done before it: in Indonesian, in English."""

    at: datetime | None
    id: str
    en: str

    def words(self, language: str) -> str:
        """In ``"id"`` or ``"en"``."""
        return self.en if language == "en" else self.id


def happened(purchase: Purchase, code: RedeemCode) -> list[Told]:
    """Everything so far, oldest first; ``at`` is programme time."""
    return sorted(_happened(purchase, code), key=lambda told: told.at or purchase.bought_at)


def _happened(purchase: Purchase, code: RedeemCode) -> Iterator[Told]:
    shop = purchase.platform_name
    yield Told(purchase.bought_at, f"Dibeli di {shop}.", f"Bought at {shop}.")
    if code.redeemed_at:
        yield Told(code.redeemed_at, "Kode redeem dipakai.", "The redeem code was used.")
    for one in code.attendances:
        number = one.sequence
        if number == POST_TEST:
            yield Told(one.at, "Hadir di post-test.", "Attended the post-test.")
        else:
            yield Told(one.at, f"Hadir di pertemuan {number}.", f"Attended session {number}.")
    if purchase.completed_at:
        yield Told(purchase.completed_at, "Pelatihan tercatat selesai.", "The course was completed.")
    if purchase.reviewed_at:
        yield Told(purchase.reviewed_at, "Anda memberi ulasan.", "You gave a review.")
    if purchase.cancelled_at:
        yield Told(purchase.cancelled_at, "Pembelian dibatalkan.", "The purchase was cancelled.")
    if purchase.state is PurchaseState.NOT_COMPLETED:
        yield Told(finish_by(code), "Pelatihan tidak selesai pada waktunya.", "The course was not completed in time.")


def next_step(purchase: Purchase, code: RedeemCode) -> Told | None:
    """What the member should do now; None if nothing. ``at`` ends exclusively."""
    if purchase.state is PurchaseState.COMPLETED and purchase.reviewed_at is None:
        return Told(None, "Beri penilaian dan ulasan.", "Rate and review the course.")
    if code.state is PurchaseState.AUTHORISED:
        where = purchase.institution_name
        return Told(
            finish_by(code),
            f"Pakai kode redeem di {where} dan ikuti pelatihan.",
            f"Redeem the code at {where} and learn.",
        )
    if code.state is PurchaseState.REDEEMED:
        lacking = missing_of(code)
        words = [
            (lacking.sessions > 0, f"pertemuan ({lacking.sessions} lagi)", f"sessions ({lacking.sessions} more)"),
            (lacking.post_test, "post-test", "the post-test"),
            (lacking.skill_demonstration, "unjuk keterampilan", "the skill demonstration"),
        ]
        indonesian = ", ".join(one for is_so, one, _ in words if is_so)
        english = ", ".join(one for is_so, _, one in words if is_so)
        return Told(finish_by(code), f"Selesaikan: {indonesian}.", f"Finish: {english}.")
    return None
