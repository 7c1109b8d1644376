"""What can go wrong with accounts and payouts.

::

    Conflict 409
    ├── AccountLinkedAlready  AccountRefused  NameMismatch  NotAMemberYet
    └── RunNotDeclared  RunEmpty  PayoutMoved  ChannelMoved
    InvalidInput 422 ── UnknownProvider  WalletPhoneDiffers
    Unavailable 503 ── ProviderUnavailable
    Problem (GIVE_UP) ── TotalsDiffer  NotReleased
"""

from __future__ import annotations

from prakerja.platform.problems import Conflict, InvalidInput, Problem, Reaction, Unavailable


class AccountLinkedAlready(Conflict):
    slug = "account-linked-already"
    title, title_id = "Another account is linked", "Rekening lain sudah tersambung"
    detail = "One account at a time receives your incentive. Ask the help desk to change it."
    detail_id = "Hanya satu rekening atau dompet yang menerima insentif. Hubungi layanan bantuan untuk mengganti."


class AccountRefused(Conflict):
    slug = "account-refused"
    title, title_id = "The provider refuses this account", "Rekening ini ditolak penyedia"
    detail = "{provider} says: {reason}. {advice}"
    detail_id = "{provider} menyatakan: {reason}. {advice_id}"


class NameMismatch(Conflict):
    slug = "account-name-mismatch"
    title, title_id = "The account is in another name", "Nama pemilik rekening berbeda"
    detail = "The account must be your own. Link an account in your name."
    detail_id = "Rekening harus atas nama Anda sendiri. Sambungkan rekening atas nama Anda."


class NotAMemberYet(Conflict):
    slug = "not-a-member"
    title, title_id = "You are not a member", "Anda belum menjadi penerima"
    detail = "An account can be linked once you have been selected in a wave."
    detail_id = "Rekening dapat disambungkan setelah Anda lolos gelombang."


class UnknownProvider(InvalidInput):
    slug = "unknown-provider"
    detail = "Choose one of: {providers}."
    detail_id = "Pilih salah satu: {providers}."


class WalletPhoneDiffers(InvalidInput):
    slug = "wallet-phone-differs"
    title, title_id = "The wallet has another phone number", "Nomor dompet berbeda"
    detail = "A wallet must be registered with the phone number of your account here."
    detail_id = "Dompet digital harus terdaftar dengan nomor telepon akun Prakerja Anda."


class ProviderUnavailable(Unavailable):
    slug = "provider-unavailable"
    title, title_id = "The provider does not answer", "Penyedia tidak menjawab"
    detail = "{provider} cannot be asked just now. Nothing was decided about your account; try again later."
    detail_id = "{provider} sedang tidak dapat dihubungi. Rekening Anda belum dinilai; coba lagi nanti."


class RunNotDeclared(Conflict):
    slug = "run-not-declared"
    detail = "The run is {state}; it can be released once it is DECLARED."
    detail_id = "Proses berstatus {state}; dapat dilepas setelah DECLARED."


class RunEmpty(Conflict):
    slug = "run-empty"
    detail = "Nothing is due in this run."
    detail_id = "Tidak ada yang jatuh tempo dalam proses ini."


class PayoutMoved(Conflict):
    """Somebody else has moved the payout on; whoever finds this has nothing left to do."""

    slug = "payout-moved"
    reaction = Reaction.DUPLICATE
    detail = "The payout was moved on meanwhile."
    detail_id = "Pembayaran ini sudah diproses."


class ChannelMoved(Conflict):
    slug = "channel-moved"
    detail = "The channel was changed meanwhile. Look again."
    detail_id = "Saluran ini baru saja diubah. Periksa lagi."


class TotalsDiffer(Problem):
    """What would be paid is not what was declared and agreed on: nothing is paid."""

    status, slug, reaction = 409, "run-totals-differ", Reaction.GIVE_UP
    title, title_id = "The run's totals differ", "Jumlah proses berbeda"
    detail = "Declared {declared}, found {found}. Nothing was paid."
    detail_id = "Dinyatakan {declared}, ditemukan {found}. Tidak ada yang dibayar."


class NotReleased(Problem):
    """A payout without the agreement of two operators on its run is never sent."""

    status, slug, reaction = 409, "payout-not-released", Reaction.GIVE_UP
    title, title_id = "The payout was not released by two operators", "Pembayaran belum dilepas dua operator"
    detail = "Two operators must release the run first."
    detail_id = "Dua operator harus melepas proses ini terlebih dahulu."
