"""The texts that people get, in Indonesian. SMS are short and hold no link, so that a link in an SMS is never ours."""

from __future__ import annotations

from datetime import date

from prakerja.platform.clock import day_text
from prakerja.registration.messages import NoticeKind
from prakerja.registration.model.address import Channel
from prakerja.registration.model.challenge import Purpose

CODE_SUBJECT = "Kode Kartu Prakerja"
_CODE = "Kode Kartu Prakerja Anda {code}. Berlaku 5 menit. Jangan berikan kepada siapa pun, termasuk petugas."
_CONFIRMATION_CODE = "Kode untuk mengganti rekening insentif Anda {code}. Bukan Anda? Jangan berikan kepada siapa pun, segera masuk ke akun."
_PAYMENT_CODE = (
    "Kode pembelian pelatihan Anda {code}. Jangan berikan kepada siapa pun. Abaikan bila Anda tidak membeli."
)

_ACCOUNT_CHANGED = (
    "Rekening insentif diganti",
    "Rekening insentif Anda diganti. Tidak ada pembayaran selama 72 jam. Bukan Anda? Masuk ke akun dan batalkan segera.",
)

NOTICES: dict[NoticeKind, tuple[str, str]] = {
    NoticeKind.IDENTITY_VERIFIED: (
        "Data diri terverifikasi",
        "Data diri Anda sudah terverifikasi. Anda dapat bergabung saat gelombang dibuka.",
    ),
    NoticeKind.IDENTITY_FAILED: (
        "Data diri belum dapat diverifikasi",
        "Data diri Anda belum dapat diverifikasi. Masuk ke akun Anda untuk melihat sebabnya dan memperbaikinya.",
    ),
    NoticeKind.SELECTED: (
        "Selamat, Anda lolos",
        "Selamat, Anda lolos seleksi Kartu Prakerja. Masuk ke akun Anda untuk melihat nomor kartu dan batas waktu.",
    ),
    NoticeKind.NOT_SELECTED: (
        "Kamu belum berhasil",
        "Kamu belum berhasil di gelombang ini. Masuk ke akunmu untuk melihat alasannya; kamu dapat ikut lagi.",
    ),
    NoticeKind.PURCHASED: (
        "Pelatihan berhasil dibeli",
        "Pelatihan berhasil dibeli dengan saldo Kartu Prakerja Anda. Bukan Anda? Segera hubungi layanan bantuan.",
    ),
    NoticeKind.PURCHASE_CANCELLED: (
        "Pelatihan dibatalkan",
        "Pelatihan Anda dibatalkan dan saldonya sudah kembali. Masuk ke akun Anda untuk memilih pelatihan lain.",
    ),
    NoticeKind.COMPLETED: (
        "Pelatihan selesai",
        "Pelatihan Anda tercatat selesai. Beri penilaian dan ulasan agar insentif Anda dapat dijadwalkan.",
    ),
    NoticeKind.COURSE_NOT_COMPLETED: (
        "Pelatihan tidak selesai",
        "Pelatihan Anda berakhir tanpa tercatat selesai. Masuk ke akun Anda untuk melihat saldo dan memilih pelatihan lain.",
    ),
    NoticeKind.INCENTIVE_SCHEDULED: (
        "Insentif dijadwalkan",
        "Insentif Anda sudah dijadwalkan. Masuk ke akun Anda untuk melihat jumlahnya.",
    ),
    NoticeKind.PAID: (
        "Insentif berhasil",
        "Insentif Anda sudah dikirim ke rekening atau dompet digital yang Anda sambungkan.",
    ),
    NoticeKind.MEMBERSHIP_REVOKED: (
        "Kepesertaan dicabut",
        "Kepesertaan Kartu Prakerja Anda dicabut. Masuk ke akun Anda atau hubungi layanan bantuan untuk penjelasan.",
    ),
    NoticeKind.PURCHASE_REMINDER: (
        "Beli pelatihan pertama sebelum {day}",
        "Anda belum membeli pelatihan. Beli paling lambat {day} pukul 23.59 WIB, atau kepesertaan dicabut dan saldo hangus.",
    ),
    NoticeKind.DEADLINE_EXTENDED: (
        "Batas waktu diundur",
        "Batas waktu pembelian pelatihan pertama Anda diundur sampai {day} pukul 23.59 WIB.",
    ),
    NoticeKind.NOTHING_BOUGHT: (
        "Kepesertaan dicabut",
        "Kepesertaan Anda dicabut: tidak ada pelatihan yang dibeli sampai {day}. Saldo kembali ke negara. Keberatan? Hubungi kami.",
    ),
    NoticeKind.SEASON_ENDED: (
        "Musim program berakhir",
        "Musim program sudah berakhir. Sisa saldo pelatihan Anda kembali ke negara. Terima kasih telah ikut Kartu Prakerja.",
    ),
    NoticeKind.INCENTIVE_FORFEITED: (
        "Musim program berakhir",
        "Musim program berakhir. Saldo kembali ke negara dan insentif hangus: syaratnya belum lengkap sampai batas waktu.",
    ),
    NoticeKind.INCENTIVE_CLAIMED: (
        "Insentif harus dikembalikan",
        "Insentif yang sudah Anda terima harus dikembalikan dalam 60 hari. Hubungi layanan bantuan untuk cara pengembalian.",
    ),
    NoticeKind.CLAIM_SETTLED: (
        "Pengembalian lunas",
        "Pengembalian insentif Anda sudah kami terima seluruhnya.",
    ),
    NoticeKind.INCENTIVE_WITHHELD: (
        "Insentif ditahan",
        "Insentif Anda ditahan karena data dari instansi lain. Masuk ke akun Anda untuk melihat sebab dan cara memperbaikinya.",
    ),
    **dict.fromkeys((NoticeKind.ACCOUNT_CHANGED, NoticeKind.ACCOUNT_CHANGED_BY_SMS), _ACCOUNT_CHANGED),
    NoticeKind.ACCOUNT_CHANGE_CANCELLED: (
        "Penggantian rekening dibatalkan",
        "Penggantian rekening insentif dibatalkan. Rekening atau dompet digital sebelumnya berlaku kembali.",
    ),
    NoticeKind.ACCOUNT_UNLINKED: (
        "Rekening diputuskan",
        "Rekening atau dompet digital Anda diputuskan dari akun. Bukan Anda? Segera masuk ke akun dan hubungi kami.",
    ),
    NoticeKind.PAYOUT_FAILED: (
        "Insentif gagal dicairkan",
        "Insentif Anda gagal dicairkan. Masuk ke akun Anda, periksa rekening atau dompet digital, lalu sambungkan lagi.",
    ),
}
"""Kind → (subject, text)."""

ONLY_BY: dict[NoticeKind, Channel] = {NoticeKind.ACCOUNT_CHANGED_BY_SMS: Channel.PHONE}
"""What goes by one channel, whatever else is proven: its other half goes by the other."""


DATED = frozenset({NoticeKind.PURCHASE_REMINDER, NoticeKind.DEADLINE_EXTENDED, NoticeKind.NOTHING_BOUGHT})
"""Texts that name a day: what they are about begins with it."""


def notice_text(kind: NoticeKind, reference: str) -> tuple[str, str]:
    """Subject and text of a notice about ``reference``."""
    subject, text = NOTICES[kind]
    if kind not in DATED:
        return subject, text
    day = day_text(date.fromisoformat(reference.partition(":")[0]))
    return subject.format(day=day), text.format(day=day)


def code_text(code: str, purpose: Purpose) -> str:
    """The message with a code, which says what it would do."""
    return (_CONFIRMATION_CODE if purpose is Purpose.CONFIRMATION else _CODE).format(code=code)


def payment_code_text(code: str) -> str:
    """The message with a payment code."""
    return _PAYMENT_CODE.format(code=code)
