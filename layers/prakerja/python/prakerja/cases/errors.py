"""What can go wrong with cases.

::

    Conflict 409
    └── CaseResolved  CaseNotTaken  CaseMoved
"""

from __future__ import annotations

from prakerja.platform.problems import Conflict


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
