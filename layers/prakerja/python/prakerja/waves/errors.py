"""What can go wrong with waves.

::

    Conflict 409
    ├── WaveNotOpen  WaveClosed  WaveCancelled  WaveUnderWay  NotYetDrawn  NotAnnullable
    ├── IdentityMissing  AlreadyMember  OutsideAge
    └── WaveChanged
    InvalidInput 422 ── StatementsMissing  WaveTimesWrong
    NotFound 404 ── UnknownWave
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from prakerja.platform.clock import day_text, wib
from prakerja.platform.problems import Conflict, InvalidInput, NotFound


def _when(name: str, moment: datetime) -> dict[str, Any]:
    """A time as people read it, in both languages: ``15 January 2026 10:00 WIB``, ``15 Januari 2026 10.00 WIB``."""
    local = wib(moment)
    return {
        name: f"{day_text(local.date(), 'en')} {local:%H:%M} WIB",
        f"{name}_id": f"{day_text(local.date(), 'id')} {local:%H.%M} WIB",
    }


def _until(name: str, end: datetime) -> dict[str, Any]:
    """An exclusive end. One at midnight is of an inclusive day, and people read it as that day's 23:59."""
    return _when(name, end - timedelta(minutes=1) if wib(end).time() == time() else end)


class UnknownWave(NotFound):
    slug = "unknown-wave"
    title, title_id = "There is no such wave", "Gelombang tidak ditemukan"


class WaveNotOpen(Conflict):
    slug = "wave-not-open"
    title, title_id = "The wave is not open yet", "Gelombang belum dibuka"
    detail = "It opens on {opens_at}. The order of joining does not matter."
    detail_id = "Dibuka pada {opens_at_id}. Urutan bergabung tidak berpengaruh."

    def __init__(self, *, opens_at: datetime, **facts: Any) -> None:
        super().__init__(**_when("opens_at", opens_at), **facts)


class WaveClosed(Conflict):
    slug = "wave-closed"
    title, title_id = "The wave is closed", "Gelombang sudah ditutup"
    detail = "It closed on {closes_at}. Wait for the next wave."
    detail_id = "Ditutup pada {closes_at_id}. Tunggu gelombang berikutnya."

    def __init__(self, *, closes_at: datetime, **facts: Any) -> None:
        super().__init__(**_until("closes_at", closes_at), **facts)


class WaveCancelled(Conflict):
    slug = "wave-cancelled"
    title, title_id = "The wave was cancelled", "Gelombang dibatalkan"
    detail = "Wait for the next wave."
    detail_id = "Tunggu gelombang berikutnya."


class WaveUnderWay(Conflict):
    slug = "wave-under-way"
    detail = "The wave is {state}; one operator can cancel it only before its draw has begun. See 'annulment'."
    detail_id = (
        "Gelombang berstatus {state}; satu operator hanya dapat membatalkan sebelum undian dimulai. Lihat 'annulment'."
    )


class WaveChanged(Conflict):
    slug = "wave-changed"
    detail = "The wave was changed meanwhile. Read it again."
    detail_id = "Gelombang sudah berubah. Baca kembali."


class NotAnnullable(Conflict):
    slug = "wave-not-annullable"
    detail = "The wave is {state}; two operators can annul it while it is SCREENED or DRAWN."
    detail_id = "Gelombang berstatus {state}; dua operator dapat menganulirnya selama SCREENED atau DRAWN."


class NotYetDrawn(Conflict):
    slug = "not-yet-drawn"
    detail = "The wave is {state}; it can be decreed once it is DRAWN."
    detail_id = "Gelombang berstatus {state}; dapat ditetapkan setelah DRAWN."


class StatementsMissing(InvalidInput):
    slug = "statements-not-accepted"
    title, title_id = "Accept the statements first", "Setujui pernyataan terlebih dahulu"
    detail = "Read the applicant's statements and send 'statements_accepted': true."
    detail_id = "Baca pernyataan pendaftar dan kirim 'statements_accepted': true."


class WaveTimesWrong(InvalidInput):
    slug = "wave-times-wrong"
    detail = "'closes_at' must lie after 'opens_at' and in the future."
    detail_id = "'closes_at' harus setelah 'opens_at' dan di masa depan."


class IdentityMissing(Conflict):
    slug = "identity-missing"
    title, title_id = "Your identity must be verified first", "Identitas harus terverifikasi terlebih dahulu"
    detail = "See GET /v1/identity for where your check stands."
    detail_id = "Lihat GET /v1/identity untuk status pemeriksaan Anda."


class AlreadyMember(Conflict):
    slug = "already-member"
    title, title_id = "You are a member already", "Anda sudah menjadi penerima"
    detail = "The card is given once in a lifetime."
    detail_id = "Kartu Prakerja diberikan sekali seumur hidup."


class OutsideAge(Conflict):
    slug = "outside-age"
    title, title_id = "Your age does not fit this wave", "Usia Anda tidak sesuai"
    detail = "This wave is for people aged {minimum} to {maximum}."
    detail_id = "Gelombang ini untuk usia {minimum} sampai {maximum} tahun."

    def __init__(self, *, minimum: int, maximum: int | None, **facts: Any) -> None:
        super().__init__(minimum=minimum, maximum=maximum if maximum is not None else "∞", **facts)
