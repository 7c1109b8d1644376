"""What can go wrong when courses are sold, redeemed, taught and reviewed.

::

    Problem
    ├── NotFound 404
    │   ├── CardUnknown
    │   ├── CourseUnknown ── ScheduleUnknown
    │   ├── PaymentUnknown
    │   ├── TransactionUnknown
    │   ├── CodeUnknown
    │   └── PurchaseUnknown
    ├── TooMany 429 ── TooManyPaymentCodes
    └── Conflict 409
        ├── PriceDiffers, SaleClosed ── ScheduleCancelled, NoSeatLeft      what is sold
        ├── TooYoungOrOld, EducationTooLow, EducationUnknown               who buys
        ├── CardHasAnotherAccount, AccountHasAnotherCard                   one card, one platform account
        ├── WrongPaymentCode, PaymentLocked, PaymentExpired, PaymentUsed   the one-time code
        ├── InvoiceUsed, TransactionVoid, AlreadyRedeemed, PurchaseOver    the transaction
        ├── CodeCancelled, NotRedeemed, SequenceNotTaught                     the redeem code; more in ``learning_errors``
        └── NotCompleted, AlreadyReviewed                                  the review

A partner is told 400 for all of these but TooMany; what belongs to another partner looks as if it did not exist.
"""

from __future__ import annotations

from prakerja.platform.problems import Conflict, NotFound, TooMany


class CardUnknown(NotFound):
    slug = "card-unknown"
    title, title_id = "There is no such card", "Nomor Kartu Prakerja tidak ditemukan"
    detail = "Nobody holds this card number. Check its 16 digits."
    detail_id = "Nomor Kartu Prakerja ini tidak ditemukan. Periksa ke-16 angkanya."


class CourseUnknown(NotFound):
    slug = "course-unknown"
    title, title_id = "There is no such course", "Pelatihan tidak ditemukan"
    detail = "There is no such course with such a schedule, or you do not sell it."
    detail_id = "Pelatihan dengan jadwal ini tidak ditemukan, atau tidak dijual oleh platform Anda."


class ScheduleUnknown(CourseUnknown):
    slug = "schedule-unknown"
    title, title_id = "The course has no such schedule", "Jadwal tidak ditemukan untuk pelatihan ini"
    detail = "The course has no schedule with this code."
    detail_id = "Pelatihan ini tidak memiliki jadwal dengan kode tersebut."


class PaymentUnknown(NotFound):
    slug = "payment-unknown"
    title, title_id = "There is no such payment", "Pembayaran tidak ditemukan"
    detail = "Send 'Authorization: Payment <payment_token>' with the token that send-otp answered."
    detail_id = "Kirim 'Authorization: Payment <payment_token>' dengan token dari jawaban send-otp."


class TransactionUnknown(NotFound):
    slug = "transaction-not-found"
    title, title_id = "There is no such transaction", "Transaksi tidak ditemukan"
    detail = "You have no transaction with this invoice code and transaction code."
    detail_id = "Tidak ada transaksi Anda dengan invoice_code dan transaction_code ini."


class CodeUnknown(NotFound):
    slug = "redeem-code-unknown"
    title, title_id = "There is no such redeem code", "Kode redeem tidak ditemukan"
    detail = "There is no such code for a course of yours."
    detail_id = "Kode redeem ini tidak ditemukan untuk pelatihan Anda."


class PurchaseUnknown(NotFound):
    slug = "purchase-unknown"
    title, title_id = "You did not buy this", "Pembelian tidak ditemukan"
    detail = "You have no such purchase."
    detail_id = "Anda tidak memiliki pembelian ini."


class TooManyPaymentCodes(TooMany):
    slug = "too-many-payment-codes"
    detail = "At most one payment code a minute and {per_day} a day are sent for a card."
    detail_id = (
        "Kode pembayaran dikirim paling banyak satu kali per menit dan {per_day} kali per hari untuk satu kartu."
    )


class PriceDiffers(Conflict):
    slug = "price-differs"
    title, title_id = "This is not the price", "Harga tidak sesuai"
    detail = "The course costs {price} rupiah."
    detail_id = "Harga pelatihan ini {price} rupiah."


class SaleClosed(Conflict):
    slug = "sale-closed"
    title, title_id = "This schedule is not sold any more", "Penjualan jadwal ini sudah ditutup"
    detail = "The schedule has begun or is over. Choose another one."
    detail_id = "Jadwal sudah dimulai atau selesai. Pilih jadwal lain."


class ScheduleCancelled(SaleClosed):
    slug = "schedule-cancelled"
    title, title_id = "This schedule was cancelled", "Jadwal ini dibatalkan"
    detail = "The schedule will not be held. Choose another one."
    detail_id = "Jadwal ini dibatalkan penyelenggara. Pilih jadwal lain."


class TooYoungOrOld(Conflict):
    """Facts: ``ages`` and ``ages_id``, the ages that the course is for."""

    slug = "age-does-not-fit"
    title, title_id = "The course is for people of another age", "Usia peserta tidak sesuai"
    detail = "On its first day, participants of this course must be {ages} years old."
    detail_id = "Pada hari pertama pelatihan, peserta harus berusia {ages_id} tahun."


class EducationTooLow(Conflict):
    """Facts: ``least``, the level asked for."""

    slug = "education-too-low"
    title, title_id = "The course asks for more education", "Pendidikan peserta tidak sesuai"
    detail = "This course is for people whose last education is {least} or higher."
    detail_id = "Pelatihan ini untuk peserta dengan pendidikan terakhir minimal {least}."


class EducationUnknown(Conflict):
    slug = "education-unknown"
    title, title_id = "The last education is not known", "Pendidikan terakhir belum diisi"
    detail = "The member must fill in the last education in the profile of the Prakerja account, then buy again."
    detail_id = "Isi pendidikan terakhir di profil akun Prakerja terlebih dahulu, lalu coba beli lagi."


class CardHasAnotherAccount(Conflict):
    slug = "card-has-another-account"
    title, title_id = "The card is tied to another account of yours", "Kartu terhubung ke akun lain"
    detail = "This card has bought here with another account. Use that account, or ask the programme to untie it."
    detail_id = "Kartu ini sudah dipakai dengan akun lain di platform ini. Pakai akun itu, atau hubungi Prakerja."


class AccountHasAnotherCard(Conflict):
    slug = "account-has-another-card"
    title, title_id = "The account is tied to another card", "Akun terhubung ke kartu lain"
    detail = "Another card has bought with this account. One account goes with one card."
    detail_id = "Akun platform ini sudah dipakai untuk kartu lain. Satu akun hanya untuk satu kartu."


class NoSeatLeft(Conflict):
    slug = "no-seat-left"
    title, title_id = "The schedule is full", "Kuota jadwal sudah habis"
    detail = "No seat is left. Choose another schedule."
    detail_id = "Kuota jadwal ini sudah habis. Pilih jadwal lain."


class WrongPaymentCode(Conflict):
    """Facts: ``tries_left``."""

    slug = "payment-code-wrong"
    title, title_id = "The code is not right", "Kode OTP salah"
    detail = "The code is not right. Tries left: {tries_left}."
    detail_id = "Kode OTP salah. Sisa percobaan: {tries_left}."


class PaymentLocked(Conflict):
    slug = "payment-locked"
    title, title_id = "Too many wrong codes", "Kode OTP salah terlalu banyak"
    detail = "This payment is locked after too many wrong codes. Ask for a new one with send-otp."
    detail_id = "Pembayaran ini terkunci karena kode OTP salah. Minta kode baru lewat send-otp."


class PaymentExpired(Conflict):
    slug = "payment-expired"
    title, title_id = "The code is too old", "Kode OTP kedaluwarsa"
    detail = "The code is not valid any more. Ask for a new one with send-otp."
    detail_id = "Kode OTP sudah kedaluwarsa. Minta kode baru lewat send-otp."


class PaymentUsed(Conflict):
    slug = "payment-used"
    title, title_id = "This payment has been made already", "Pembayaran ini sudah dilakukan"
    detail = "This payment token has bought a course under another invoice."
    detail_id = "Token pembayaran ini sudah dipakai untuk invoice lain."


class InvoiceUsed(Conflict):
    slug = "invoice-used"
    title, title_id = "This invoice code is in use", "invoice_code sudah dipakai"
    detail = "Another transaction of yours has this invoice code."
    detail_id = "invoice_code ini sudah dipakai untuk transaksi Anda yang lain."


class TransactionVoid(Conflict):
    slug = "transaction-already-void"
    title, title_id = "This transaction is cancelled already", "Transaksi sudah dibatalkan"
    detail = "It was cancelled before; nothing more is to be done."
    detail_id = "Transaksi sudah dibatalkan sebelumnya."


class AlreadyRedeemed(Conflict):
    slug = "already-redeemed"
    title, title_id = "The course has begun", "Kode redeem sudah dipakai"
    detail = "The redeem code was used, so the transaction cannot be cancelled by you any more."
    detail_id = "Kode redeem sudah dipakai sehingga transaksi tidak dapat dibatalkan."


class PurchaseOver(Conflict):
    slug = "purchase-over"
    title, title_id = "The purchase is over", "Pembelian sudah berakhir"
    detail = "Only a purchase that is neither finished nor cancelled can be cancelled."
    detail_id = "Hanya pembelian yang belum selesai dan belum dibatalkan yang dapat dibatalkan."


class CodeCancelled(Conflict):
    slug = "redeem-code-cancelled"
    title, title_id = "This code is cancelled", "Kode redeem sudah dibatalkan"
    detail = "The purchase was cancelled, and its code with it."
    detail_id = "Pembelian sudah dibatalkan sehingga kode redeem tidak berlaku."


class NotRedeemed(Conflict):
    slug = "redeem-code-not-redeemed"
    title, title_id = "This code is not redeemed yet", "Kode redeem belum dipakai"
    detail = "Redeem the code first, by its first attendance or by commit."
    detail_id = "Redeem kode ini terlebih dahulu, lewat kehadiran pertama atau commit."


class SequenceNotTaught(Conflict):
    """Facts: ``sessions``, how many the schedule has."""

    slug = "sequence-not-taught"
    title, title_id = "The schedule has no such session", "Jadwal tidak memiliki pertemuan ini"
    detail = "sequence is 1 to {sessions}, or 999 for the post-test."
    detail_id = "sequence adalah 1 sampai {sessions}, atau 999 untuk post-test."


class NotCompleted(Conflict):
    slug = "course-not-completed"
    title, title_id = "Finish the course first", "Selesaikan pelatihan terlebih dahulu"
    detail = "A course can be rated and reviewed once its completion is proven."
    detail_id = "Pelatihan dapat dinilai dan diulas setelah tercatat selesai."


class AlreadyReviewed(Conflict):
    slug = "already-reviewed"
    title, title_id = "You have reviewed this course", "Pelatihan ini sudah Anda ulas"
    detail = "A review is given once and stays as it is."
    detail_id = "Ulasan hanya dapat diberikan sekali dan tidak dapat diubah."
