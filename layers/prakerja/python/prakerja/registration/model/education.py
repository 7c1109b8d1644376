"""The last education that somebody finished, in the order of the Indonesian levels. Pure."""

from __future__ import annotations

from enum import StrEnum


class Education(StrEnum):
    """NONE: no school finished; SMA: also SMK, MA and Paket C; D1 to D4: diploma; S1 to S3: bachelor, master, doctor."""

    NONE = "NONE"
    SD = "SD"
    SMP = "SMP"
    SMA = "SMA"
    D1 = "D1"
    D2 = "D2"
    D3 = "D3"
    D4 = "D4"
    S1 = "S1"
    S2 = "S2"
    S3 = "S3"

    def reaches(self, least: Education) -> bool:
        """Is it at least that level?"""
        return LEVELS[self] >= LEVELS[least]


_RANKS = (
    (Education.NONE,),
    (Education.SD,),
    (Education.SMP,),
    (Education.SMA,),
    (Education.D1,),
    (Education.D2,),
    (Education.D3,),
    (Education.D4, Education.S1),
    (Education.S2,),
    (Education.S3,),
)
LEVELS = {education: rank for rank, equals in enumerate(_RANKS) for education in equals}
"""Rank of each; a D4 and an S1 are of one level in the national framework (KKNI 6)."""
