"""What can go wrong with a training balance.

::

    Conflict 409
    ├── NotEnoughBalance
    ├── AlreadyGranted
    └── BalanceChanged
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
