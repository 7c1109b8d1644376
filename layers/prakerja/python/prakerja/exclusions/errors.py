"""What can go wrong with exclusions.

::

    NotFound 404 ── NotExcluded
    Conflict 409 ── ExclusionMoved
"""

from __future__ import annotations

from prakerja.platform.problems import Conflict, NotFound, Reaction


class NotExcluded(NotFound):
    slug = "not-excluded"
    title, title_id = "No such exclusion", "Tidak ada dalam daftar"
    detail = "This agency's lists do not hold the NIK for that reason."
    detail_id = "NIK itu tidak ada dalam daftar instansi tersebut untuk alasan itu."


class ExclusionMoved(Conflict):
    """Two changes of one NIK's exclusion at once: do it again."""

    slug, reaction = "exclusion-moved", Reaction.RETRY_LATER
