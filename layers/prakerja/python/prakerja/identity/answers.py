"""What the civil registry is asked and what it answers. Here, not in ``ports``, so that decisions can use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType


class RegistryOutcome(StrEnum):
    """What the registry says about a record as a whole. "It did not answer" is not among them: see `CivilRegistry`."""

    MATCH = "MATCH"
    """The person exists and every field that was sent agrees."""
    PARTIAL = "PARTIAL"
    """The person exists; some fields agree, some do not."""
    NO_MATCH = "NO_MATCH"
    """The person exists; no other field agrees."""
    NOT_FOUND = "NOT_FOUND"
    DECEASED = "DECEASED"
    DUPLICATE = "DUPLICATE"
    """The number is inactive, or was given to two people, and the registry itself must repair it."""
    REFUSED = "REFUSED"
    """The registry does not take the record as it is written, and never will; nothing is known of the person."""


@dataclass(frozen=True)
class RegistryRecord:
    """What a person says about themselves. Held in clear for one look-up; its repr shows nothing."""

    nik: str = field(repr=False)
    family_card_number: str = field(repr=False)
    full_name: str = field(repr=False)
    birth_date: date = field(repr=False)
    mother_name: str = field(repr=False)

    def as_text(self) -> str:
        """All of it in one line, for a keyed digest only."""
        parts = (self.nik, self.family_card_number, self.full_name, self.birth_date.isoformat(), self.mother_name)
        return "\n".join(parts)


@dataclass(frozen=True)
class RegistryAnswer:
    """The verdict, and per field whether it agrees (empty when the person was not found, is dead or duplicate, or nothing was compared).

    The keys of ``fields`` are the field names of `RegistryRecord` without ``nik``. Which field disagrees is for the
    person who is signed in and for evidence; it is never told to an anonymous caller.
    """

    outcome: RegistryOutcome
    fields: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
