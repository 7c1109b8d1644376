"""What can go wrong with memberships and the rules they stand on.

::

    Problem
    ├── NotFound 404 ── NotAMember
    ├── InvalidInput 422 ── SchemeUnknown, ExtensionOutOfBounds
    └── Conflict 409
        ├── AlreadyMember
        ├── CardNumberTaken
        ├── MembershipEnded
        ├── PurchaseDeadlinePassed, SeasonOver
        ├── ExtensionNotPossible
        ├── AccountNotLinked
        ├── CourseStillOpen
        └── MembershipChanged
"""

from __future__ import annotations

from prakerja.platform.problems import Conflict, InvalidInput, NotFound, Reaction


class NotAMember(NotFound):
    slug = "membership-not-found"
    title, title_id = "There is no membership", "Belum ada kepesertaan"
    detail = "A membership begins when a wave's result is decreed and you were selected."
    detail_id = "Kepesertaan dimulai setelah hasil gelombang ditetapkan dan Anda terpilih."


class SchemeUnknown(InvalidInput):
    slug = "scheme-unknown"
    title, title_id = "There is no such scheme", "Skema tidak dikenal"
    detail = "No scheme {name} is in force for that version or day."
    detail_id = "Tidak ada skema {name} yang berlaku untuk versi atau tanggal itu."


class AlreadyMember(Conflict):
    slug = "card-given-before"
    title, title_id = "This person has had the card", "Orang ini sudah pernah menjadi peserta"
    detail = "The card is given once in a lifetime."
    detail_id = "Kartu hanya diberikan sekali seumur hidup."


class CardNumberTaken(Conflict):
    """A drawn card number belongs to somebody: draw another one."""

    slug, reaction = "card-number-taken", Reaction.RETRY_LATER
    detail = "This card number is in use."
    detail_id = "Nomor kartu ini sudah dipakai."


class MembershipEnded(Conflict):
    slug = "membership-ended"
    title, title_id = "This membership is not active", "Kepesertaan tidak aktif"
    detail = "A revoked or completed membership cannot buy courses."
    detail_id = "Kepesertaan yang dicabut atau selesai tidak dapat membeli pelatihan."


class PurchaseDeadlinePassed(Conflict):
    """Facts: ``last_day``, the last calendar day (WIB) on which the first course could be bought."""

    slug = "purchase-deadline-passed"
    title, title_id = "The time for the first purchase is over", "Batas waktu pembelian pertama sudah lewat"
    detail = "The first course had to be bought by {last_day}, 23:59 WIB."
    detail_id = "Pelatihan pertama harus dibeli paling lambat {last_day} pukul 23.59 WIB."


class SeasonOver(Conflict):
    """Facts: ``last_day``, the last calendar day (WIB) on which members of this season could buy."""

    slug = "season-over"
    title, title_id = "The season is over", "Musim program sudah berakhir"
    detail = "Courses of this season could be bought until {last_day}, 23:59 WIB. The balance cannot be used any more."
    detail_id = "Pelatihan musim ini dapat dibeli sampai {last_day} pukul 23.59 WIB. Saldo tidak dapat digunakan lagi."


class ExtensionNotPossible(Conflict):
    slug = "extension-not-possible"
    title, title_id = "There is no deadline to move", "Tidak ada batas waktu yang dapat diundur"
    detail = "Only a member who has not bought a course yet, and was not revoked, can get more time."
    detail_id = "Hanya peserta yang belum membeli pelatihan dan belum dicabut yang dapat diberi tambahan waktu."


class ExtensionOutOfBounds(InvalidInput):
    """Facts: ``first`` and ``last``, the days (WIB) between which the new last day must lie."""

    slug = "extension-out-of-bounds"
    title, title_id = "This is not a possible last day", "Tanggal ini tidak dimungkinkan"
    detail = "The new last day must lie between {first} and {last}."
    detail_id = "Batas waktu baru harus di antara {first} dan {last}."


class AccountNotLinked(Conflict):
    slug = "account-not-linked"
    title, title_id = "Link a bank account or e-wallet first", "Sambungkan rekening atau dompet digital dahulu"
    detail = "The scheme asks for a linked account before the first course is bought."
    detail_id = "Skema ini mewajibkan rekening tersambung sebelum membeli pelatihan."


class CourseStillOpen(Conflict):
    slug = "course-still-open"
    title, title_id = "Finish the present course first", "Selesaikan pelatihan sebelumnya dahulu"
    detail = "The next course can be bought when the one bought before is finished."
    detail_id = "Pelatihan berikutnya dapat dibeli setelah pelatihan sebelumnya selesai."


class MembershipChanged(Conflict):
    """Somebody else changed the membership between our reading and writing: do it again."""

    slug, reaction = "membership-changed", Reaction.RETRY_LATER
    detail = "The membership changed meanwhile. Try again."
    detail_id = "Kepesertaan baru saja berubah. Coba lagi."
