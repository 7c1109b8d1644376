"""What can go wrong with incentives.

::

    Conflict 409 ── IncentiveNotFailed
"""

from __future__ import annotations

from prakerja.platform.problems import Conflict


class IncentiveNotFailed(Conflict):
    slug = "incentive-not-failed"
    title, title_id = "There is nothing to try again", "Tidak ada yang perlu dicoba lagi"
    detail = "Only an incentive that could not be paid can be tried again."
    detail_id = "Hanya insentif yang gagal dicairkan yang dapat dicoba lagi."
