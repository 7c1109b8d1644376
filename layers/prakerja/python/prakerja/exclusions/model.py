"""Who is on which agency's list, why, and since when. Pure.

The reasons are those of Perpres 76/2020 and Permenko 11/2020; lists arrive late, so they are looked at before every
payment, not only when somebody joins. A citizen who is listed by mistake has it mended at the agency that listed them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from prakerja.platform.clock import end_of_wib_day
from prakerja.platform.ids import fingerprint

PREFIX = "EXCLUDED:"
"""Reasons of incentives that begin so name source and reason: ``EXCLUDED:BKN:ASN``."""


class Source(StrEnum):
    """Whose list it is."""

    BKN = "BKN"
    TNI = "TNI"
    POLRI = "POLRI"
    KEMENDES = "KEMENDES"
    BUMN = "BUMN"
    DUKCAPIL = "DUKCAPIL"
    KEMENDIKBUD = "KEMENDIKBUD"
    KEMENSOS = "KEMENSOS"
    KEMNAKER = "KEMNAKER"
    BRI = "BRI"
    PMO = "PMO"


class Reason(StrEnum):
    """Why somebody may not benefit."""

    ASN = "ASN"
    TNI = "TNI"
    POLRI = "POLRI"
    STATE_OFFICIAL = "STATE_OFFICIAL"
    VILLAGE_OFFICIAL = "VILLAGE_OFFICIAL"
    BUMN_OFFICIAL = "BUMN_OFFICIAL"
    STUDENT = "STUDENT"
    DECEASED = "DECEASED"
    NIK_INVALID = "NIK_INVALID"
    SOCIAL_AID = "SOCIAL_AID"
    WAGE_SUBSIDY = "WAGE_SUBSIDY"
    MICRO_BUSINESS_AID = "MICRO_BUSINESS_AID"
    FRAUD = "FRAUD"


AID = frozenset({Reason.SOCIAL_AID, Reason.WAGE_SUBSIDY, Reason.MICRO_BUSINESS_AID})
"""Excludes only under a scheme that says so (``exclude_social_aid``)."""

_OWNER = ("Hubungi {0} untuk memperbaiki data.", "Ask {0} to mend its data.")
_WHERE: dict[Source, tuple[str, str]] = {
    Source.BKN: ("instansi Anda atau BKN", "your agency or BKN"),
    Source.TNI: ("Mabes TNI", "the armed forces' headquarters"),
    Source.POLRI: ("Mabes Polri", "the police headquarters"),
    Source.KEMENDES: ("pemerintah desa atau Kemendes", "your village office or Kemendes"),
    Source.BUMN: ("perusahaan Anda atau Kementerian BUMN", "your company or the Ministry of SOEs"),
    Source.DUKCAPIL: ("Dukcapil, 1500-537", "the civil registry, 1500-537"),
    Source.KEMENDIKBUD: ("sekolah, kampus, atau Kemendikbud", "your school, university or Kemendikbud"),
    Source.KEMENSOS: ("dinas sosial (DTKS Kemensos)", "the social office (DTKS of Kemensos)"),
    Source.KEMNAKER: ("Kemnaker, 1500-630", "Kemnaker, 1500-630"),
    Source.BRI: ("BRI (eform.bri.co.id)", "BRI (eform.bri.co.id)"),
    Source.PMO: ("layanan bantuan Prakerja", "the programme's help desk"),
}
_WHY: dict[Reason, tuple[str, str]] = {
    Reason.ASN: ("aparatur sipil negara", "a civil servant"),
    Reason.TNI: ("anggota TNI", "a member of the armed forces"),
    Reason.POLRI: ("anggota Polri", "a member of the police"),
    Reason.STATE_OFFICIAL: ("pejabat negara", "a state official"),
    Reason.VILLAGE_OFFICIAL: ("kepala atau perangkat desa", "a village official"),
    Reason.BUMN_OFFICIAL: ("direksi, komisaris, atau dewan pengawas BUMN/BUMD", "on the board of a state company"),
    Reason.STUDENT: ("peserta pendidikan formal", "enrolled in formal education"),
    Reason.DECEASED: ("telah meninggal", "deceased"),
    Reason.NIK_INVALID: ("pemilik NIK yang tidak berlaku", "the holder of an invalid NIK"),
    Reason.SOCIAL_AID: ("penerima bantuan sosial", "a recipient of social aid"),
    Reason.WAGE_SUBSIDY: ("penerima subsidi upah", "a recipient of the wage subsidy"),
    Reason.MICRO_BUSINESS_AID: ("penerima bantuan usaha mikro", "a recipient of micro-business aid"),
    Reason.FRAUD: ("pihak dalam dugaan kecurangan", "involved in suspected fraud"),
}


@dataclass(frozen=True)
class ListOfExclusions:
    """What an operator handed in. ``rows``: how many; which NIKs, only their exclusions tell."""

    list_id: str
    source: Source
    added_by: str
    added_at: datetime
    rows: int


@dataclass(frozen=True)
class Entry:
    """One agency's word about one NIK. Days are WIB, inclusive; ``valid_until`` None: until it is taken off."""

    source: Source
    reason: Reason
    valid_from: date
    valid_until: date | None
    list_id: str
    """The list that it came with."""

    def in_force(self, on: date) -> bool:
        """Does it count on this day?"""
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)

    @property
    def ends_at(self) -> datetime | None:
        """When it counts no more (exclusive); None: not before it is taken off."""
        return end_of_wib_day(self.valid_until) if self.valid_until else None

    @property
    def why(self) -> str:
        """As the reason of an incentive that is withheld."""
        return f"{PREFIX}{self.source}:{self.reason}"


@dataclass(frozen=True)
class Exclusion:
    """All that is known of one NIK. ``digests``: of the NIK, under every key that is in use; the last one is current."""

    digests: tuple[str, ...]
    entries: tuple[Entry, ...] = ()
    version: int = 0

    def barring(self, on: date, *, aid_excludes: bool) -> Entry | None:
        """The first entry because of which the person may not benefit on this day; None: they may."""
        counting = (entry for entry in self.entries if aid_excludes or entry.reason not in AID)
        return next((entry for entry in counting if entry.in_force(on)), None)

    def find(self, source: Source, reason: Reason) -> Entry | None:
        """An agency's entry for a reason."""
        return next((entry for entry in self.entries if (entry.source, entry.reason) == (source, reason)), None)

    def without(self, gone: Entry) -> Exclusion:
        """The person is taken off."""
        return replace(self, entries=tuple(entry for entry in self.entries if entry != gone), version=self.version + 1)

    def having(self, entry: Entry) -> Exclusion:
        """With an agency's latest word for a reason in place of its earlier one; itself if nothing is new but the list."""
        before = self.find(entry.source, entry.reason)
        if before is not None and replace(before, list_id=entry.list_id) == entry:
            return self
        others = tuple(one for one in self.entries if one != before)
        return replace(self, entries=(*others, entry), version=self.version + 1)

    def content(self, entry: Entry) -> str:
        """What two operators agree to take off."""
        return fingerprint([self.digests[-1], entry.source, entry.reason, entry.list_id])


def told(why: str) -> tuple[str, str]:
    """(Indonesian, English) for the reason of an incentive that is withheld: who says what, and where to have it mended."""
    source, _, reason = why.removeprefix(PREFIX).partition(":")
    owner, says = Source(source), Reason(reason)
    lines = (
        f"Menurut data {owner}, Anda tercatat sebagai {_WHY[says][0]}.",
        f"According to {owner} you are {_WHY[says][1]}.",
    )
    return tuple(  # type: ignore[return-value]
        f"{line} {mend.format(where)}" for line, mend, where in zip(lines, _OWNER, _WHERE[owner], strict=True)
    )
