"""What can go wrong with accounts and payouts.

::

    Conflict 409
    ├── ConfirmationNeeded  AccountRefused  AccountLimited  NameMismatch  NotYourAccount  DestinationCrowded
    ├── NothingToCancel  AccountMoved  NotAMemberYet
    ├── RunNotDeclared  RunEmpty  PayoutMoved  AttemptNotEnded  VerdictNotPossible  ChannelNotStopped  ChannelMoved
    └── DayMoved  BookedOtherwise  NotAcceptable
    InvalidInput 422 ── UnknownProvider  WalletPhoneDiffers  DayNotOverYet
    TooMany 429 ── TooManyAccountsRefused
    Unavailable 503 ── ProviderUnavailable
    Problem (GIVE_UP) ── TotalsDiffer  NotReleased  NotAgreed  SourceShort  ChannelIsStopped
"""

from __future__ import annotations

from prakerja.platform.problems import Conflict, InvalidInput, Problem, Reaction, TooMany, Unavailable


class ConfirmationNeeded(Conflict):
    slug = "confirmation-needed"
    title, title_id = "A code on your other contact is needed", "Perlu kode pada kontak lain"
    detail = (
        "You are, or were, paid at another account. To change it, have a code sent to your other contact "
        "(POST /v1/contacts/confirmations), give it back, and send its confirmation_id."
    )
    detail_id = (
        "Anda sedang atau pernah menyambungkan rekening lain. Untuk mengganti, minta kode pada kontak lain "
        "(POST /v1/contacts/confirmations), masukkan kodenya, lalu kirim confirmation_id."
    )


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


class NotYourAccount(Conflict):
    slug = "account-not-yours"
    title, title_id = "The account belongs to another NIK", "Rekening milik NIK lain"
    detail = "{provider} says that the holder was verified with another NIK. Link an account that is your own."
    detail_id = "{provider} menyatakan pemilik rekening terdaftar dengan NIK lain. Sambungkan rekening milik sendiri."


class AccountLimited(Conflict):
    slug = "account-limited"
    title, title_id = "The account cannot take the incentive", "Rekening tidak dapat menerima insentif"
    detail = "{provider} lets it take {limit} now, and the incentive is {amount}. {advice}"
    detail_id = "{provider} hanya mengizinkan {limit} saat ini, sedangkan insentif {amount}. {advice_id}"


class DestinationCrowded(Conflict):
    slug = "account-crowded"
    title, title_id = "Too many members use this account", "Rekening dipakai terlalu banyak peserta"
    detail = "Several members are paid at this account already. Link an account of your own."
    detail_id = "Beberapa peserta sudah memakai rekening ini. Sambungkan rekening milik sendiri."


class TooManyAccountsRefused(TooMany):
    slug = "too-many-accounts-refused"
    title, title_id = "No more accounts today", "Percobaan rekening hari ini sudah habis"
    detail = "{limit} accounts were refused today. Have the number of your own account at hand, and try again tomorrow."
    detail_id = "{limit} rekening ditolak hari ini. Siapkan nomor rekening milik Anda sendiri, lalu coba lagi besok."


class NothingToCancel(Conflict):
    slug = "no-change-to-cancel"
    title, title_id = "No change is under way", "Tidak ada penggantian berlangsung"
    detail = "A change of your account can be cancelled within 72 hours, and there is none."
    detail_id = "Penggantian rekening dapat dibatalkan dalam 72 jam, dan saat ini tidak ada."


class AccountMoved(Conflict):
    """Two changes of one account at once."""

    slug = "account-moved"


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


class AttemptNotEnded(Conflict):
    """Another attempt was wanted while the last one is not proven failed. It is a mistake of ours: nothing is sent."""

    slug, reaction = "attempt-not-ended", Reaction.GIVE_UP
    detail = "The last attempt is not proven failed: no other may be made."
    detail_id = "Percobaan terakhir belum terbukti gagal: tidak boleh ada percobaan lain."


class VerdictNotPossible(Conflict):
    slug = "verdict-not-possible"
    detail = "{verdict} cannot be decided about a payout that is {state}."
    detail_id = "{verdict} tidak dapat diputuskan untuk pembayaran berstatus {state}."


class NotAcceptable(Conflict):
    """Money in suspense can only have paid what is not paid, and as much of it."""

    slug = "suspense-not-acceptable"
    detail = "It cannot have paid this payout: that is {state}, and {amount}."
    detail_id = "Dana ini tidak mungkin membayar pembayaran tersebut: statusnya {state}, sebesar {amount}."


class VerdictTooEarly(Conflict):
    """The provider's statement of that day, the only proof that it never happened, is not there yet."""

    slug = "verdict-too-early"
    detail = "No statement can show yet that it was never carried out: one can from {earliest} on."
    detail_id = "Belum ada laporan yang dapat membuktikan dana tidak dikirim: baru dapat mulai {earliest}."


class NotAgreed(Problem):
    """What is about to be done is not what two operators agreed on."""

    status, slug, reaction = 409, "not-agreed", Reaction.GIVE_UP
    title, title_id = "Two operators did not agree on this", "Dua operator belum menyetujui ini"
    detail = "Two operators must agree on exactly this first."
    detail_id = "Dua operator harus menyetujui hal ini terlebih dahulu."


class ChannelNotStopped(Conflict):
    slug = "channel-not-stopped"
    detail = "This channel is not stopped."
    detail_id = "Saluran ini tidak sedang dihentikan."


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


class SourceShort(Problem):
    """Our own account at a provider does not cover the run: nothing is released until it is filled."""

    status, slug, reaction = 409, "source-account-short", Reaction.GIVE_UP
    title, title_id = "Our account does not cover the run", "Saldo rekening sumber tidak cukup"
    detail = "{provider}: the run needs {amount}, the account holds {available}. Fill it, then approve again."
    detail_id = "{provider}: proses memerlukan {amount}, saldo {available}. Isi rekening, lalu setujui lagi."


class ChannelIsStopped(Problem):
    """Operators stopped a provider's channel, or all: nothing is released to it."""

    status, slug, reaction = 409, "channel-is-stopped", Reaction.GIVE_UP
    title, title_id = "The channel is stopped", "Saluran sedang dihentikan"
    detail = "{provider} is stopped. Start it again with two operators, then approve the run again."
    detail_id = "{provider} sedang dihentikan. Mulai lagi dengan dua operator, lalu setujui proses ini lagi."


class DayMoved(Conflict):
    """Another worker reconciled the same day, or a file came meanwhile."""

    slug, reaction = "reconciled-day-moved", Reaction.RETRY_LATER
    detail = "The day was reconciled meanwhile. Try again."
    detail_id = "Hari ini baru saja direkonsiliasi. Coba lagi."


class BookedOtherwise(Conflict):
    """A reconciliation has booked another amount for the same thing: a person must look."""

    slug, reaction = "booked-otherwise", Reaction.GIVE_UP
    detail = "Another amount was booked for this before."
    detail_id = "Jumlah lain sudah dibukukan untuk hal ini."


class DayNotOverYet(InvalidInput):
    slug = "settlement-day-not-over"
    detail = "A settlement file is of a day that is over."
    detail_id = "Berkas penyelesaian hanya untuk hari yang sudah berakhir."
