"""What can go wrong with incentives.

::

    Conflict 409 ── IncentiveNotFailed  ClaimMoved
    InvalidInput 422 ── MoreThanClaimed
"""

from __future__ import annotations

from prakerja.platform.problems import Conflict, InvalidInput, Reaction


class IncentiveNotFailed(Conflict):
    slug = "incentive-not-failed"
    title, title_id = "There is nothing to try again", "Tidak ada yang perlu dicoba lagi"
    detail = "Only an incentive that could not be paid can be tried again."
    detail_id = "Hanya insentif yang gagal dicairkan yang dapat dicoba lagi."


class MoreThanClaimed(InvalidInput):
    slug = "more-than-claimed"
    title, title_id = "That is more than is owed", "Melebihi jumlah yang harus dikembalikan"
    detail = "{left} is still owed. Record no more than that; money beyond it goes back to the payer."
    detail_id = "Sisa yang harus dikembalikan {left}. Catat paling banyak sebesar itu; kelebihannya dikembalikan."


class ClaimMoved(Conflict):
    """Two repayments of one claim at once: do it again."""

    slug, reaction = "claim-moved", Reaction.RETRY_LATER
