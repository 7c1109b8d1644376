"""What can go wrong with cases.

::

    Conflict 409
    ├── CaseResolved  CaseNotTaken  CaseMoved
    └── NothingToClear  NotAgreedOn  MoneyWaits
"""

from __future__ import annotations

from prakerja.platform.problems import Conflict, Reaction


class CaseResolved(Conflict):
    slug = "case-resolved"
    title, title_id = "The case is resolved", "Kasus sudah selesai"
    detail = "It was resolved already. If the same is found again, it opens by itself."
    detail_id = "Kasus ini sudah diselesaikan. Bila ditemukan lagi, kasus terbuka dengan sendirinya."


class CaseNotTaken(Conflict):
    slug = "case-not-taken"
    title, title_id = "You do not work on this case", "Anda tidak menangani kasus ini"
    detail = "Take the case first, so that others know who is at it."
    detail_id = "Ambil kasus ini lebih dahulu agar petugas lain tahu siapa yang menanganinya."


class CaseMoved(Conflict):
    """Two changes of one case at once: whoever lost looks again."""

    slug = "case-moved"


class NothingToClear(Conflict):
    slug = "nothing-to-clear"
    title, title_id = "There is no money to clear so", "Tidak ada dana untuk diselesaikan dengan cara ini"
    detail = "Of this case nothing lies in suspense, or it cannot be cleared as {outcome}."
    detail_id = "Kasus ini tidak memiliki dana tertahan, atau tidak dapat diselesaikan sebagai {outcome}."


class MoneyWaits(Conflict):
    """One officer's word ends no case that money waits for: whoever hid it there could do so alone."""

    slug = "money-waits"
    title, title_id = "Money waits for this case", "Ada dana yang menunggu kasus ini"
    detail = "Propose how it is cleared; the case ends with it, once another operator agrees."
    detail_id = "Usulkan penyelesaian dananya; kasus selesai bersamanya setelah operator lain menyetujui."


class NotAgreedOn(Conflict):
    """What is about to be done is not what two operators agreed on: nothing moves."""

    slug, reaction = "clearing-not-agreed", Reaction.GIVE_UP
    detail = "Two operators must agree on exactly this first."
    detail_id = "Dua operator harus menyetujui hal ini terlebih dahulu."
