"""The texts that people get, in Indonesian. SMS are short and hold no link, so that a link in an SMS is never ours."""

from __future__ import annotations

from prakerja.registration.messages import NoticeKind

CODE_SUBJECT = "Kode Kartu Prakerja"
_CODE = "Kode Kartu Prakerja Anda {code}. Berlaku 5 menit. Jangan berikan kepada siapa pun, termasuk petugas."
_PAYMENT_CODE = (
    "Kode pembelian pelatihan Anda {code}. Jangan berikan kepada siapa pun. Abaikan bila Anda tidak membeli."
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
    NoticeKind.COMPLETED: (
        "Pelatihan selesai",
        "Pelatihan Anda tercatat selesai. Beri penilaian dan ulasan agar insentif Anda dapat dijadwalkan.",
    ),
    NoticeKind.INCENTIVE_SCHEDULED: (
        "Insentif dijadwalkan",
        "Insentif Anda sudah dijadwalkan. Masuk ke akun Anda untuk melihat jumlahnya.",
    ),
    NoticeKind.PAID: (
        "Insentif berhasil",
        "Insentif Anda sudah dikirim ke rekening atau dompet digital yang Anda sambungkan.",
    ),
    NoticeKind.PAYOUT_FAILED: (
        "Insentif gagal dicairkan",
        "Insentif Anda gagal dicairkan. Masuk ke akun Anda, periksa rekening atau dompet digital, lalu sambungkan lagi.",
    ),
}
"""Kind → (subject, text)."""


def code_text(code: str) -> str:
    """The message with a sign-in or contact code."""
    return _CODE.format(code=code)


def payment_code_text(code: str) -> str:
    """The message with a payment code."""
    return _PAYMENT_CODE.format(code=code)
