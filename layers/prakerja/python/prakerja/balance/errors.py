"""What can go wrong with a training balance.

::

    Conflict 409
    ├── NotEnoughBalance
    ├── AlreadyGranted
    ├── BalanceChanged
    ├── LedgerNotClosed
    ├── LedgerDiffers
    └── DayNotOver
"""

from __future__ import annotations

from prakerja.platform.problems import Conflict, Reaction


class NotEnoughBalance(Conflict):
    slug = "not-enough-balance"
    title, title_id = "The balance is not enough", "Saldo tidak mencukupi"
    detail = "The price is higher than what is left of the training balance; it cannot be topped up."
    detail_id = "Harga melebihi sisa saldo pelatihan; saldo tidak dapat ditambah."


class AlreadyGranted(Conflict):
    slug, reaction = "balance-already-granted", Reaction.DUPLICATE
    title, title_id = "The balance has been granted already", "Saldo sudah pernah diberikan"
    detail = "A membership gets its training balance once."
    detail_id = "Saldo pelatihan diberikan satu kali untuk setiap kepesertaan."


class BalanceChanged(Conflict):
    """Somebody else moved money between our reading and writing: do it again."""

    slug, reaction = "balance-changed", Reaction.RETRY_LATER
    detail = "The balance changed meanwhile. Try again."
    detail_id = "Saldo baru saja berubah. Coba lagi."


class LedgerNotClosed(Conflict):
    slug = "ledger-not-closed"
    title, title_id = "This day is not closed yet", "Hari ini belum ditutup"
    detail = "{day} has too many bookings to add up on request. It is closed soon after midnight WIB."
    detail_id = "{day} terlalu banyak transaksi untuk dijumlah seketika. Ditutup tidak lama setelah tengah malam WIB."


class LedgerDiffers(Conflict):
    """The transfers of a closed day are not those that it was closed with."""

    slug, reaction = "ledger-differs", Reaction.GIVE_UP
    detail = "The day was closed with other transfers."
    detail_id = "Hari ini ditutup dengan transaksi yang berbeda."


class DayNotOver(Conflict):
    slug, reaction = "day-not-over", Reaction.GIVE_UP
    detail = "{day} is not over; it cannot be closed."
    detail_id = "{day} belum berakhir sehingga belum dapat ditutup."
