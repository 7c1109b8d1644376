"""Why somebody was not paid, and what they can do, in plain words (Indonesian, English)."""

from __future__ import annotations

from prakerja.exclusions import PREFIX, told
from prakerja.incentives import SEASON_OVER, Missing, words

NOBODY_TO_PAY = "ACCOUNT_OR_MEMBERSHIP_MISSING"
"""No account is linked any more, or the membership was revoked: no provider was ever asked."""

REVOKED = "MEMBERSHIP_REVOKED"
"""The membership was revoked before it was paid."""

NOT_EXECUTED = "NOT_EXECUTED"
"""The provider never carried it out, and nobody is to blame: two operators found that out."""

_ADVICE: dict[str, tuple[str, str]] = {
    "PSP_ACCOUNT_INVALID": (
        "Nomor rekening tidak dikenal. Periksa nomornya atau pilih rekening lain.",
        "The account number is not known. Check it, or choose another account.",
    ),
    "PSP_ACCOUNT_INACTIVE": (
        "Rekening tidak aktif. Aktifkan kembali atau pilih rekening lain.",
        "The account is not active. Reactivate it, or choose another one.",
    ),
    "PSP_KYC_REQUIRED": (
        "Dompet belum di-upgrade. Lakukan upgrade (KYC) atau pilih rekening lain.",
        "The wallet is not upgraded. Upgrade it (KYC), or choose another account.",
    ),
    "PSP_NIK_MISMATCH": (
        "NIK pemilik berbeda dengan NIK Anda. Gunakan rekening milik sendiri.",
        "The holder's NIK is not yours. Use an account of your own.",
    ),
    "PSP_NAME_MISMATCH": (
        "Nama pemilik berbeda. Gunakan rekening atas nama Anda.",
        "The holder has another name. Use an account in your name.",
    ),
    "PSP_PHONE_MISMATCH": (
        "Nomor telepon berbeda dengan yang terdaftar di Prakerja.",
        "The phone number differs from the one of your account here.",
    ),
    "PSP_BALANCE_LIMIT": (
        "Saldo dompet penuh. Kosongkan sebagian atau pilih rekening lain.",
        "The wallet is full. Make room, or choose another account.",
    ),
    "PSP_MONTHLY_LIMIT": (
        "Batas uang masuk bulan ini tercapai. Coba lagi bulan depan atau pilih rekening lain.",
        "This month's incoming limit is reached. Wait for next month, or choose another account.",
    ),
    "PSP_REFUSED": (
        "Penyedia menolak pembayaran. Hubungi penyedia dengan nomor referensi ini.",
        "The provider refused the payment. Ask the provider, with this reference.",
    ),
    NOBODY_TO_PAY: (
        "Rekening tidak tersambung atau kepesertaan dicabut. Hubungi layanan bantuan.",
        "No account is linked, or the membership was revoked. Ask the help desk.",
    ),
    REVOKED: (
        "Kepesertaan dicabut. Hubungi layanan bantuan bila Anda berkeberatan.",
        "The membership was revoked. Ask the help desk if you object.",
    ),
    NOT_EXECUTED: (
        "Penyedia tidak menjalankan pembayaran. Bukan kesalahan Anda; minta kirim lagi atau pilih rekening lain.",
        "The provider did not carry out the payment. It is not your fault: ask to send it again, or choose another account.",
    ),
    "PSP_UNKNOWN": (
        "Penyedia belum memberi jawaban pasti. Kami terus menanyakan; Anda tidak perlu berbuat apa-apa.",
        "The provider has not given a definite answer yet. We keep asking; there is nothing for you to do.",
    ),
}


def advice(reason: str) -> tuple[str, str]:
    """(Indonesian, English) for a reason slug."""
    if reason.startswith(PREFIX):
        return told(reason)
    if reason.startswith(SEASON_OVER):
        indonesian, english = words(Missing(reason.removeprefix(SEASON_OVER)))
        return (
            f"Musim program berakhir sebelum syarat ini terpenuhi: {indonesian}",
            f"The season ended before this condition was met: {english}",
        )
    return _ADVICE.get(reason, _ADVICE["PSP_REFUSED"])
