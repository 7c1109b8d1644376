"""What training needs from outside: a check that the face on a photo is that of the participant."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class FaceOutcome(StrEnum):
    """What the check says. "It did not answer" is not among them: see `FaceCheck`."""

    MATCH = "MATCH"
    NO_MATCH = "NO_MATCH"


class FaceCheck(Protocol):
    """The first check of a person is made against the civil registry and costs money; later ones against the face that
    was enrolled then. Photos are checked for liveness there, and kept neither there nor here."""

    def match(self, *, person_id: str, nik: str, photo: bytes) -> FaceOutcome:
        """Is it the living face of the person with this NIK?

        Raises `prakerja.platform.problems.Unavailable` for everything that is not an answer: unavailable is never
        NO_MATCH.
        """
