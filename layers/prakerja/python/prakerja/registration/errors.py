"""What can go wrong with codes, contacts and sessions.

::

    TooMany 429 ── TooManyCodes · TooManyResends · ChallengeLocked · ConfirmationLocked
    NotFound 404 ── ChallengeUnknown
    InvalidInput 422 ── WrongCode
    Conflict 409 ── CodeNotSentYet · CodeExpired · CodeUsed · CodeUndeliverable · ChallengeBusy
                    ContactAlreadyProven · ContactTaken · ContactsMissing · OtherChannelMissing · ConfirmationUnusable
    NotSignedIn 401 ── SessionOver
"""

from __future__ import annotations

from prakerja.platform.problems import Conflict, InvalidInput, NotFound, NotSignedIn, Reaction, TooMany

SOON = 2
"""Seconds after which it makes sense to ask about something that is under way."""


class TooManyCodes(TooMany):
    slug = "too-many-codes"
    title, title_id = "A code was sent a moment ago, or too often today", "Kode baru saja dikirim, atau terlalu sering"
    detail = "Use the newest code that you got, or wait as many seconds as 'Retry-After' says."
    detail_id = "Pakai kode terbaru yang Anda terima, atau tunggu sesuai detik di 'Retry-After'."


class TooManyResends(TooMany):
    slug = "too-many-resends"
    title, title_id = "No further code is sent for this request", "Tidak ada kode lagi untuk permintaan ini"
    detail = "Start again with a new request for a code."
    detail_id = "Mulai lagi dengan permintaan kode yang baru."
    reaction = Reaction.FIX_REQUEST


class ChallengeLocked(TooMany):
    slug = "challenge-locked"
    title, title_id = "Too many wrong codes", "Terlalu banyak kode salah"
    detail = "Three codes were wrong. Ask for a new one in an hour; your account itself is not locked."
    detail_id = "Tiga kode salah. Minta kode baru satu jam lagi; akun Anda sendiri tidak terkunci."


class ConfirmationLocked(TooMany):
    slug = "confirmation-locked"
    title, title_id = "Too many wrong codes for confirmations today", "Terlalu banyak kode konfirmasi salah hari ini"
    detail = "Three were wrong, so nothing is confirmed until tomorrow. Signing in goes on. Was it not you? Sign out elsewhere."
    detail_id = "Tiga kode salah; konfirmasi dibuka lagi besok. Masuk tetap bisa. Bukan Anda? Keluarkan sesi lain."


class ChallengeUnknown(NotFound):
    slug = "challenge-unknown"
    title, title_id = "This request for a code is not known", "Permintaan kode ini tidak dikenal"
    detail = "Check the id, and use the device that asked for the code; or ask for a new code."
    detail_id = "Periksa nomornya, dan pakai perangkat yang meminta kode; atau minta kode baru."


class WrongCode(InvalidInput):
    slug = "wrong-code"
    title, title_id = "The code is wrong", "Kode salah"
    detail = "Look at the newest message and try again; {tries_left} more wrong codes lock this request."
    detail_id = "Lihat pesan terbaru lalu coba lagi; {tries_left} kode salah lagi akan mengunci permintaan ini."


class CodeNotSentYet(Conflict):
    slug = "code-not-sent-yet"
    title, title_id = "The code is still on its way", "Kode masih dalam pengiriman"
    detail = "The message provider has not taken it yet. Nothing was counted; try again in a moment."
    detail_id = "Penyedia pesan belum menerimanya. Percobaan ini tidak dihitung; coba lagi sebentar lagi."
    reaction = Reaction.RETRY_LATER


class CodeExpired(Conflict):
    slug = "code-expired"
    title, title_id = "The code has expired", "Kode sudah kedaluwarsa"
    detail = "Have it resent, or ask for a new code."
    detail_id = "Minta kirim ulang, atau minta kode baru."


class CodeUsed(Conflict):
    slug = "code-used"
    title, title_id = "The code was used already", "Kode sudah dipakai"
    detail = "Go on with the session that it opened, or ask for a new code."
    detail_id = "Lanjutkan dengan sesi yang sudah terbuka, atau minta kode baru."


class CodeUndeliverable(Conflict):
    slug = "code-undeliverable"
    title, title_id = "The code cannot be delivered", "Kode tidak dapat dikirim"
    detail = "The provider refuses this address. Check it and start again."
    detail_id = "Penyedia pesan menolak alamat ini. Periksa lalu mulai lagi."


class ChallengeBusy(Conflict):
    slug = "challenge-busy"
    title, title_id = "Another request is using this code", "Permintaan lain sedang memakai kode ini"
    detail = "Send this request again in a moment."
    detail_id = "Kirim lagi permintaan ini sebentar lagi."
    reaction = Reaction.RETRY_LATER


class ContactAlreadyProven(Conflict):
    slug = "contact-already-proven"
    title, title_id = "You have a proven contact of this kind", "Kontak jenis ini sudah terbukti"
    detail = "A proven phone number or e-mail address cannot be replaced. Whichever is proven signs you in."
    detail_id = "Nomor HP atau e-mail yang sudah terbukti tidak dapat diganti. Yang sudah terbukti dapat dipakai masuk."


class ContactTaken(Conflict):
    slug = "contact-taken"
    title, title_id = "This contact belongs to another account", "Kontak ini milik akun lain"
    detail = "You have proven that it reaches you, but another account uses it. Sign in there, or use another one."
    detail_id = "Kontak ini memang sampai kepada Anda, tetapi dipakai akun lain. Masuk ke sana, atau pakai yang lain."


class SessionOver(NotSignedIn):
    slug = "session-over"
    title, title_id = "The session is over", "Sesi sudah berakhir"
    detail = "The refresh token is not good any more. Sign in again."
    detail_id = "Token penyegar sudah tidak berlaku. Silakan masuk kembali."


class ContactsMissing(Conflict):
    slug = "contacts-missing"
    title, title_id = "Prove your phone and e-mail first", "Verifikasi telepon dan email terlebih dahulu"
    detail = "Both must be proven by a code before you can go on: POST /v1/contacts."
    detail_id = "Keduanya harus terbukti dengan kode sebelum melanjutkan: POST /v1/contacts."


class OtherChannelMissing(Conflict):
    slug = "other-channel-missing"
    title, title_id = "Your other contact is not proven", "Kontak kedua belum terbukti"
    detail = "This needs a code on the contact that you did not sign in with. Prove it first."
    detail_id = "Ini memerlukan kode pada kontak yang tidak Anda pakai untuk masuk. Buktikan kontak itu dahulu."


class ConfirmationUnusable(Conflict):
    slug = "confirmation-unusable"
    title, title_id = "This confirmation cannot be used", "Konfirmasi ini tidak dapat dipakai"
    detail = "It is not yours, of another session, too old, or was used. Ask for a new code on your other contact."
    detail_id = (
        "Konfirmasi bukan milik Anda, dari sesi lain, terlalu lama, atau sudah dipakai. Minta kode baru di kontak lain."
    )


PROOF_PROBLEMS = (
    ChallengeUnknown,
    WrongCode,
    ChallengeLocked,
    CodeNotSentYet,
    CodeExpired,
    CodeUndeliverable,
    ChallengeBusy,
)
"""What giving a code back can come to, besides success."""
